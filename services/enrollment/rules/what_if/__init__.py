"""What contributions would have come to by another tariff: each event about places and money
decided again, in the order of the record."""
