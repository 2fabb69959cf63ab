"""What claims decides, from values alone."""
