"""The events: examples, round trips, what breaks them, what is generated from them."""
