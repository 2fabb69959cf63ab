"""Pure code: no process, no store, no clock."""
