"""What a running service counts and traces, at the few places where its work passes by."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chassis.bus.admission import Admission, Record, Stream
from chassis.bus.store import Store
from chassis.clock import monotonic_s
from chassis.metrics import Metrics
from chassis.settings import ServiceSettings
from chassis.state.unit import Kept
from chassis.web.requests import QUIET, Answered

if TYPE_CHECKING:
    from chassis.spans import Spans


def spans_of(name: str, settings: ServiceSettings) -> "Spans | None":
    """Where this process sends its traces; None, and nothing loaded, where it sends none."""
    if settings.otlp_endpoint is None and settings.traces_file is None:
        return None
    from chassis import spans  # noqa: PLC0415  (0.1 s and 10 MB that most processes do not need)

    exporter = spans.exporter_to(endpoint=settings.otlp_endpoint, file=settings.traces_file)
    return spans.Spans(name, exporter, ratio=settings.traces_ratio)


@dataclass(frozen=True)
class Measuring:
    """The metrics of one process, and its traces where they are on."""

    metrics: Metrics
    spans: "Spans | None" = None

    def kept(self, kept: Kept) -> None:
        """Count one transaction."""
        for events in kept.events.values():
            for kind, number in Counter(event.type for event in events).items():
                self.metrics.events_recorded.labels(kind).inc(number)
        for kind, seconds in kept.handled_s.items():
            self.metrics.handler_s.labels(kind).observe(seconds)
        if kept.events:
            self.metrics.commit_s.observe(kept.commit_s)
        if self.spans is not None:
            self.spans.kept(kept)

    def answered(self, answered: Answered) -> None:
        """Count one request."""
        self.metrics.request_s.labels(answered.route, answered.status).observe(answered.took_s)
        if self.spans is not None and answered.route not in QUIET:
            self.spans.answered(answered)

    def heard(self, admission: Admission, foreign: int) -> None:
        """Count what one poll of a consumer brought."""
        applied = Counter((record.stream.topic, record.type) for record in admission.applied)
        for (topic, kind), number in applied.items():
            self.metrics.events_applied.labels(topic, kind).inc(number)
        for record in admission.duplicates:
            self.metrics.events_duplicate.labels(record.stream.topic).inc()
        if foreign:
            self.metrics.events_foreign.inc(foreign)
        if admission.parked:
            self.metrics.events_parked.inc(admission.parked)

    def applied(self, admission: Admission, took_s: float) -> None:
        """Measure one poll."""
        self.metrics.apply_s.observe(took_s)
        if self.spans is not None:
            self.spans.applied(admission, took_s)


@dataclass(frozen=True)
class MeasuredStore:
    """A consumer's store, with what each poll took."""

    store: Store
    told: Callable[[Admission, float], None]

    async def apply(self, records: Sequence[Record]) -> Admission:
        """As the store does."""
        began_s = monotonic_s()
        admission = await self.store.apply(records)
        self.told(admission, monotonic_s() - began_s)
        return admission

    async def watermarks(self) -> dict[Stream, int]:
        """As the store has them."""
        return await self.store.watermarks()
