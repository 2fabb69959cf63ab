"""Traces for OpenTelemetry, made of the ids that events carry anyway.

The trace of a command is its correlation id, the span of an event the first half of its id, and its
parent the first half of the id of what caused it: so a trace that begins with a request goes on
through every service, whoever restarts in between, and nothing has to be kept for it.

Each event is a span a second time in the trace of its key: all that ever concerned one member, from
the roster to the last payout, under the member's own id, each span with a link to its command.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    ConsoleSpanExporter,
    SpanExporter,
)
from opentelemetry.trace import Link, SpanContext, SpanKind, TraceFlags
from opentelemetry.util.types import Attributes

from chassis.bus.admission import Admission, Record
from chassis.clock import real_now
from chassis.correlation import CORRELATION
from chassis.ids import new_id
from chassis.state.unit import Kept
from chassis.web.requests import Answered
from contracts.event import Event

QUEUE_SPANS_MAX = 200_000
"""A roster of 100,000 is one transaction after the other: what does not fit is dropped."""
LINKS_MAX = 128
"""Of the span of a poll: the default limit of those who read them."""
_NS = 1_000_000_000
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)


class Spans:
    """Sends the spans of one process, from a thread of its own."""

    def __init__(self, service: str, exporter: SpanExporter, *, ratio: float = 1.0) -> None:
        self._resource = Resource({SERVICE_NAME: service})
        self._processor = BatchSpanProcessor(exporter, max_queue_size=QUEUE_SPANS_MAX)
        self._kept_below = int(ratio * (1 << 48))

    def answered(self, answered: Answered) -> None:
        """A request: the root of its trace, or a link to the caller's own."""
        trace, span = answered.correlation_id, answered.command_id or new_id()
        if not self._keeps(trace):
            return
        theirs = _context_in(answered.traceparent)
        self._send(
            answered.route,
            _context(trace, span),
            took_s=answered.took_s,
            links=[Link(theirs)] if theirs and theirs.trace_id != trace.int else (),
            attributes={"http.response.status_code": answered.status},
            kind=SpanKind.SERVER,
        )

    def kept(self, kept: Kept) -> None:
        """A transaction: a span for each event that it recorded."""
        for shard, events in kept.events.items():
            for event in events:
                self._event(event, shard, took_s=kept.took_s)

    def applied(self, admission: Admission, took_s: float) -> None:
        """A poll: a trace of its own, with links to the events that it brought."""
        records, trace = admission.applied, new_id()
        if records and self._keeps(trace):
            self._send(
                f"apply {records[0].stream.topic}",
                _context(trace, new_id()),
                took_s=took_s,
                links=[Link(context) for context in _sent_in(records)],
                attributes={
                    "messaging.batch.message_count": len(records),
                    "tameng.parked": admission.parked,
                },
                kind=SpanKind.CONSUMER,
            )

    def close(self) -> None:
        """Send what is left."""
        self._processor.shutdown()  # type: ignore[no-untyped-call]

    def _event(self, event: Event, shard: int, *, took_s: float) -> None:
        """In the trace of its command, and in that of its key with a link to there."""
        key = _uuid(event.key)
        if self._keeps(event.correlation_id):
            self._event_in(event.correlation_id, event, shard, took_s=took_s, links=())
        if key is not None and self._keeps(key):
            there = Link(_context(event.correlation_id, event.event_id))
            self._event_in(key, event, shard, took_s=took_s, links=[there])

    def _event_in(
        self, trace: UUID, event: Event, shard: int, *, took_s: float, links: Iterable[Link]
    ) -> None:
        self._send(
            event.type,
            _context(trace, event.event_id),
            parent=_context(trace, event.causation_id),
            took_s=took_s,
            links=links,
            attributes={
                "tameng.event_id": str(event.event_id),
                "tameng.key": event.key,
                "tameng.shard": shard,
            },
            kind=SpanKind.PRODUCER,
        )

    def _keeps(self, trace: UUID) -> bool:
        # The first bits: the last ones, by which others choose, hold the variant of a UUID.
        return trace.int >> 80 < self._kept_below

    def _send(  # noqa: PLR0913  (what a span is)
        self,
        name: str,
        context: SpanContext,
        *,
        took_s: float,
        links: Iterable[Link],
        attributes: Attributes,
        kind: SpanKind,
        parent: SpanContext | None = None,
    ) -> None:
        ended_ns = int(real_now().timestamp() * _NS)
        self._processor.on_end(
            ReadableSpan(
                name=name,
                context=context,
                parent=parent,
                resource=self._resource,
                attributes=attributes,
                links=tuple(links),
                kind=kind,
                start_time=ended_ns - int(took_s * _NS),
                end_time=ended_ns,
            )
        )


def exporter_to(*, endpoint: str | None, file: Path | None) -> SpanExporter:
    """Sends to a collector (OTLP over HTTP), or writes a JSON object a line to a file."""
    if endpoint is not None:
        return OTLPSpanExporter(endpoint=endpoint)
    if file is None:
        raise ValueError("traces go nowhere")
    return ConsoleSpanExporter(
        out=file.open("a", buffering=1), formatter=lambda span: span.to_json(indent=None) + "\n"
    )


def _context(trace: UUID, span: UUID) -> SpanContext:
    return SpanContext(trace.int, span.int >> 64, is_remote=False, trace_flags=_SAMPLED)


def _context_in(traceparent: str | None) -> SpanContext | None:
    if not traceparent:
        return None
    _, trace, span, _ = traceparent.split("-")
    return SpanContext(int(trace, 16), int(span, 16), is_remote=True, trace_flags=_SAMPLED)


def _sent_in(records: Iterable[Record]) -> Iterator[SpanContext]:
    """The spans of the first of these records."""
    for record, _ in zip(records, range(LINKS_MAX), strict=False):
        correlation = dict(record.headers).get(CORRELATION)
        trace = _uuid((correlation or b"").decode(errors="replace"))
        if trace is not None:
            yield _context(trace, record.event_id)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
