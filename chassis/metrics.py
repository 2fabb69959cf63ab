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
            "bus_events_foreign", "Records that are not events of the topic's owner"
        )
        self.events_parked = counter("bus_events_parked", "Events parked")
        self.relay_restarts = gauge(
            "bus_relay_restarts", "Times the relay started again from the partitions' ends"
        )
        self.log_head = gauge("bus_log_head", "The highest number of the own log", "shard")
        self.log_sent = gauge("bus_log_sent", "The highest number that Kafka has", "shard")
        self.oldest_unsent_age_s = gauge(
            "bus_oldest_unsent_age_seconds", "Age of the oldest log row that is not sent yet"
        )
        self.watermark = gauge(
            "bus_watermark", "The number applied of another's log: its head less this is the lag",
            "topic", "shard",
        )  # fmt: skip
        self.gaps_open = gauge("bus_gaps_open", "Shards that wait for a missing number", "topic")
        self.request_s = Histogram(
            "http_request_seconds",
            "Requests, by route and status",
            ("route", "status"),
            buckets=SECONDS,
            registry=registry,
        )
