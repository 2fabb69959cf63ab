"""What the code as a whole keeps to: sizes, contracts between services, services that stand alone."""
