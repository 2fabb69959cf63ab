"""The ids that tie one command's log lines, events and answers together."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

CORRELATION = "ce_correlationid"
"""The header of a record that holds the id."""
_CORRELATION: ContextVar[UUID | None] = ContextVar("correlation_id", default=None)
_TRACEPARENT: ContextVar[str | None] = ContextVar("traceparent", default=None)
_TRACEPARENT_FORM = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def correlation_id() -> UUID | None:
    """The id of the command at the start of what is going on here, if there is one."""
    return _CORRELATION.get()


def traceparent() -> str | None:
    """The W3C trace context that came with it, to be passed on as it is."""
    return _TRACEPARENT.get()


@contextmanager
def correlated(correlation: UUID, *, trace: str | None = None) -> Iterator[None]:
    """Everything inside belongs to `correlation`. A malformed trace context is dropped."""
    if trace and not _TRACEPARENT_FORM.fullmatch(trace):
        trace = None
    outer, outer_trace = _CORRELATION.set(correlation), _TRACEPARENT.set(trace)
    try:
        yield
    finally:
        _TRACEPARENT.reset(outer_trace)
        _CORRELATION.reset(outer)
