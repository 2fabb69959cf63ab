"""What audit decides. Values in, events out; no store, no file, no clock."""
