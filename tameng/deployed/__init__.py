"""A deployment of containers, or of several machines: its secrets, and the tools on it."""
