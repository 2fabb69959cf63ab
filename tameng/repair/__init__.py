"""Repair by command: recover, back up, restore, rebuild, rewind."""
