"""What audit reads of its own tables."""
