"""Events for an archive: the examples of the contracts one after the other, spread over shards."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from uuid import UUID

import contracts
from chassis.bus import wire
from chassis.bus.admission import Record, Stream
from chassis.state.event_log import SHARDS, LogRow

SEED = 11
AT = datetime(2025, 7, 1, tzinfo=UTC)
_EXAMPLES = Path(contracts.__file__ or "").parent / "examples"


def rows(events: int, *, portion: int) -> Iterator[Mapping[int, Sequence[LogRow]]]:
    """So many rows of a log, a portion at a time, by shard."""
    draw, numbers = random.Random(SEED), [0] * SHARDS  # noqa: S311
    bodies = cycle(_bodies())
    for done in range(0, events, portion):
        by_shard: dict[int, list[LogRow]] = {}
        for _ in range(min(portion, events - done)):
            shard, (kind, body) = draw.randrange(SHARDS), next(bodies)
            numbers[shard] += 1
            key = UUID(int=draw.getrandbits(128))
            row = LogRow(shard, numbers[shard], key, kind, str(key), AT, key, key, body)
            by_shard.setdefault(shard, []).append(row)
        yield by_shard


def records(rows: Mapping[int, Sequence[LogRow]], *, topic: str, source: str) -> list[Record]:
    """The same as they come out of Kafka."""
    return [
        Record(
            Stream(topic, shard), row.seq, row.body, row.event_id, row.type, row.key,
            tuple(wire.headers(row, source=source)),
        )
        for shard, found in rows.items()
        for row in found
    ]  # fmt: skip


def _bodies() -> list[tuple[str, bytes]]:
    """Type and body of each, without the spaces that people read."""
    return [
        (
            file.parent.name,
            json.dumps(json.loads(file.read_bytes()), separators=(",", ":")).encode(),
        )
        for file in sorted(_EXAMPLES.glob("*/*.json"))
    ]
