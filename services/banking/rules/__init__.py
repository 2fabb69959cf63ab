"""What banking decides, from values alone."""
