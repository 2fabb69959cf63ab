"""The services. None imports another: they agree through events."""
