"""What enrollment decides. Values in, events or refusals out; no store, no clock."""
