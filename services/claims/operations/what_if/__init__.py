"""What claims would have come to by other rules: their events decided again into a scratch schema.

Nothing is published, and nothing in the live tables changes.
"""
