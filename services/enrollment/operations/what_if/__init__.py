"""What contributions would have come to by another tariff: the events of places and money decided
again into a scratch schema.

Nothing is published, and nothing in the live tables changes.
"""
