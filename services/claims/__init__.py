"""The claims service: death claims, heirs, documents, decisions."""
