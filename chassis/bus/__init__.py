"""Numbered events over Kafka: the relay that sends them, the consumer that checks them."""
