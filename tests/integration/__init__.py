"""Several parts together, on the real Kafka, Postgres and Redis."""
