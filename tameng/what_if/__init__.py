"""`tameng what-if`: what would have been by other rules."""
