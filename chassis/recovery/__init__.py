"""Bring a service back after its database was lost or set back."""
