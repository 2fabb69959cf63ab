"""How an event travels: CloudEvents 1.0 in Kafka's binary mode, its number beside it."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from aiokafka import ConsumerRecord  # type: ignore[import-untyped]
from asyncpg.pgproto import pgproto  # type: ignore[import-untyped]

from chassis.bus.admission import Record, Stream
from chassis.correlation import CORRELATION
from chassis.state.event_log import LogRow

_NUMBER = re.compile(rb"[1-9][0-9]{0,17}")  # fits a bigint
_NAME = re.compile(r"[^\0]{1,200}")  # fits an indexed column, which takes no NUL
REMEMBERED = 1_000
"""Types and streams: there are a few dozen of each."""


def headers(row: LogRow, *, source: str) -> list[tuple[str, bytes]]:
    """The headers of a log row; `ce_sequence` is its number in the shard.

    The W3C trace is the chain of causes itself: its id is the correlation id.
    """
    trace = f"00-{row.correlation_id.hex}-{row.event_id.hex[:16]}-01"
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(row.event_id).encode()),
        ("ce_source", source.encode()),
        ("ce_type", row.type.encode()),
        ("ce_time", row.occurred_at.isoformat().encode()),
        ("ce_subject", row.key.encode()),
        ("ce_sequence", b"%d" % row.seq),
        (CORRELATION, str(row.correlation_id).encode()),
        ("ce_causationid", str(row.causation_id).encode()),
        ("traceparent", trace.encode()),
        ("content-type", b"application/json"),
    ]


def row_of(record: Record) -> LogRow:
    """The log row that a record was sent from: `headers` of it gives the record's headers again.

    Raises: KeyError, ValueError, when its headers are not those of an event.
    """
    found = {name: (value or b"").decode() for name, value in record.headers}
    return LogRow(
        shard=record.stream.shard,
        seq=record.seq,
        event_id=record.event_id,
        type=record.type,
        key=record.key,
        occurred_at=datetime.fromisoformat(found["ce_time"]),
        causation_id=UUID(found["ce_causationid"]),
        correlation_id=UUID(found["ce_correlationid"]),
        body=record.body,
    )


def numbered(arrived: ConsumerRecord, *, source: str) -> tuple[int, str] | None:
    """Number and type of the event in a Kafka record, for who passes over most of them; None when
    it is not one of this source's."""
    return _numbered(dict(arrived.headers), source)


def _numbered(found: Mapping[str, bytes | None], source: str) -> tuple[int, str] | None:
    sequence = found.get("ce_sequence") or b""
    if found.get("ce_source") != source.encode() or not _NUMBER.fullmatch(sequence):
        return None
    kind = _type(found.get("ce_type") or b"")
    return None if kind is None else (int(sequence), kind)


def read(arrived: ConsumerRecord, *, source: str) -> Record | None:
    """The numbered event in a Kafka record; None when it is not one of this source's.

    The body is not looked at: a null or broken one is for the reader to park. Every record of
    every reader comes by here, hence what is remembered, and the driver's UUID: the standard
    library's takes a fifth of the time of all of it.
    """
    found = dict(arrived.headers)
    place = _numbered(found, source)
    if place is None:
        return None
    try:
        key, event_id = found["ce_subject"].decode(), pgproto.UUID(found["ce_id"].decode())
    except (KeyError, ValueError, AttributeError):  # missing, malformed, null
        return None
    if not _NAME.fullmatch(key):
        return None
    seq, kind = place
    return Record(
        stream_of(arrived), seq, arrived.value or b"", event_id, kind, key,
        tuple(arrived.headers),
    )  # fmt: skip


@lru_cache(maxsize=REMEMBERED)
def _type(name: bytes) -> str | None:
    try:
        decoded = name.decode()
    except UnicodeDecodeError:
        return None
    return decoded if _NAME.fullmatch(decoded) else None


def stream_of(arrived: ConsumerRecord) -> Stream:
    """The shard of the topic that a Kafka record came from."""
    return _stream(arrived.topic, arrived.partition)


_stream = lru_cache(maxsize=REMEMBERED)(Stream)
