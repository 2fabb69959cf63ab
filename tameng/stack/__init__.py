"""A real Kafka, Postgres and Redis: given by address, in containers, or embedded."""
