"""What a service process counts, in a registry of its own, for Prometheus."""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    ProcessCollector,
)

SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The bus and HTTP figures of one service."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)

        def counter(name: str, what: str, *labels: str) -> Counter:
            return Counter(name, what, labels, registry=registry)

        def gauge(name: str, what: str, *labels: str) -> Gauge:
            return Gauge(name, what, labels, registry=registry)

        self.events_applied = counter("bus_events_applied", "Events applied", "topic", "type")
        self.events_duplicate = counter(
            "bus_events_duplicate", "Records at or below the watermark, dropped", "topic"
        )
        self.events_foreign = counter(
            "bus_events_foreign", "Records that are not events of the topic's owner", "topic"
        )
        self.events_parked = counter("bus_events_parked", "Events parked", "topic")
        self.rewinds_asked = counter("bus_rewinds_asked", "Rewind requests sent", "topic")
        self.records_sent = counter("bus_records_sent", "Records acknowledged by Kafka")
        self.relay_restarts = counter(
            "bus_relay_restarts", "Times the relay started again from the partitions' ends"
        )
        self.unsent_records = gauge(
            "bus_unsent_records", "Numbers between the log's head and the last one sent", "shard"
        )
        self.oldest_unsent_age_s = gauge(
            "bus_oldest_unsent_age_seconds", "Age of the oldest log row that is not sent yet"
        )
        self.watermark_lag_records = gauge(
            "bus_watermark_lag_records",
            "Records between the watermark and the partition's end",
            "topic",
            "shard",
        )
        self.gaps_open = gauge("bus_gaps_open", "Shards that wait for a missing number", "topic")
        self.request_s = Histogram(
            "http_request_seconds",
            "Requests, by route and status",
            ("route", "status"),
            buckets=SECONDS,
            registry=registry,
        )
