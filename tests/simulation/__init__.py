"""The protocol of the bus in seeded histories: the real decisions in a simulated world."""
