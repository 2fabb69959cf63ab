"""What a service process counts, in a registry of its own, for Prometheus.

Labels are names in the code (types, routes, slugs, jobs) or shard numbers: never a person's or a
thing's, so that there are few of them and none tells of anybody.
"""

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
    """The bus, transaction, job and HTTP figures of one service."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._count_the_bus()
        self._gauge_the_bus()
        self._measure_work()

    def counter(self, name: str, what: str, *labels: str) -> Counter:
        """A new counter; Prometheus knows it by its name and `_total`."""
        return Counter(name, what, labels, registry=self.registry)

    def gauge(self, name: str, what: str, *labels: str) -> Gauge:
        """A new gauge."""
        return Gauge(name, what, labels, registry=self.registry)

    def seconds(self, name: str, what: str, *labels: str) -> Histogram:
        """A new histogram of seconds."""
        return Histogram(name, what, labels, buckets=SECONDS, registry=self.registry)

    def _count_the_bus(self) -> None:
        counter = self.counter
        self.events_recorded = counter("bus_events_recorded", "Events recorded", "type")
        self.events_applied = counter("bus_events_applied", "Events applied", "topic", "type")
        self.events_duplicate = counter(
            "bus_events_duplicate", "Records at or below the watermark, dropped", "topic"
        )
        self.events_foreign = counter(
            "bus_events_foreign", "Records that are not events of the topic's owner"
        )
        self.events_parked = counter("bus_events_parked", "Events parked since the start")

    def _gauge_the_bus(self) -> None:
        gauge = self.gauge
        self.database_up = gauge("database_up", "Whether the database answered the last look")
        self.closed = gauge("bus_closed", "1: the service refuses everything, see its readiness")
        self.relay_restarts = gauge(
            "bus_relay_restarts", "Times the relay started again from the partitions' ends"
        )
        self.reader_restarts = gauge(
            "bus_reader_restarts", "Times the reader was started again after a poll that failed"
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
        self.lag = gauge(
            "bus_lag", "Records of a partition that are not applied yet", "topic", "shard"
        )
        self.lag_age_s = gauge(
            "bus_lag_age_seconds", "How long a shard has been behind; 0: it is not",
            "topic", "shard",
        )  # fmt: skip
        self.gaps_open = gauge("bus_gaps_open", "Shards that wait for a missing number", "topic")
        self.parked = gauge("bus_parked", "Events that are parked now", "topic")

    def _measure_work(self) -> None:
        self.request_s = self.seconds(
            "http_request_seconds", "Requests, by route and status", "route", "status"
        )
        self.refusals = self.counter("refusals", "Requests refused, by the rule that broke", "slug")
        self.handler_s = self.seconds(
            "bus_handler_seconds", "What handling one type took in one transaction", "type"
        )
        self.commit_s = self.seconds(
            "unit_commit_seconds", "From numbering a transaction's events to its commit"
        )
        self.apply_s = self.seconds("bus_apply_seconds", "One poll, applied")
        self.job_succeeded_at = self.gauge(
            "job_last_success_timestamp_seconds", "When a job last stepped without a fault", "name"
        )
        self.job_failures = self.counter("job_failures", "Steps of a job that failed", "name")
