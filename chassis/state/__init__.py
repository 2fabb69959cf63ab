"""Decide, record, apply: the log of a service, its tables, and the replay of one into the other."""
