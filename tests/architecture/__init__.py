"""What the code as a whole keeps to: sizes, contracts, services that stand alone."""
