"""Whole days, as outside clients live them."""
