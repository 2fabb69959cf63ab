"""What a relay sends next. Pure: what the log and the partitions hold comes in."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from chassis.bus.rewinds import Rewind
from chassis.state.event_log import LogRow


class Position(NamedTuple):
    """How far a partition's copy of its shard has come; the id is None where it is not known."""

    seq: int
    event_id: UUID | None


START = Position(seq=0, event_id=None)


class RelayDiverged(RuntimeError):
    """The log does not hold what was sent from it: the database was set back."""


class NumbersBroken(RuntimeError):
    """The log's numbers do not follow on."""


class PartitionWentBack(RuntimeError):
    """A partition ends before a place where it once ended: the broker lost records."""


def to_send(
    positions: Mapping[int, Position], rows: Iterable[LogRow]
) -> dict[int, Sequence[LogRow]]:
    """The rows after each position, for the shards that have any.

    `rows` are by shard and number and begin *at* the position, so that every read proves that the
    log still holds what was sent. Raises: RelayDiverged, NumbersBroken.
    """
    held = {shard: list(found) for shard, found in groupby(rows, key=lambda row: row.shard)}
    fresh: dict[int, Sequence[LogRow]] = {}
    for shard, position in positions.items():
        found = held.get(shard, [])
        if position.seq > 0:
            _check_holds(shard, position, found)
            found = found[1:]
        if found:
            _check_dense(shard, position, found)
            fresh[shard] = found
    return fresh


def _check_holds(shard: int, position: Position, found: Sequence[LogRow]) -> None:
    if not found or found[0].seq != position.seq:
        raise RelayDiverged(f"shard {shard}: {position.seq} was sent and is above the log's head")
    if position.event_id is not None and found[0].event_id != position.event_id:
        raise RelayDiverged(
            f"shard {shard}: {position.seq} was sent as {position.event_id}, "
            f"the log has {found[0].event_id}"
        )


def _check_dense(shard: int, position: Position, found: Sequence[LogRow]) -> None:
    last = position.seq + len(found)
    if [row.seq for row in found] != list(range(position.seq + 1, last + 1)):
        raise NumbersBroken(f"shard {shard}: not every number up to {last}")


def advanced(
    positions: Mapping[int, Position], sent: Mapping[int, Sequence[LogRow]]
) -> dict[int, Position]:
    """The positions after these rows were acknowledged."""
    last = {shard: rows[-1] for shard, rows in sent.items()}
    return {**positions, **{s: Position(row.seq, row.event_id) for s, row in last.items()}}


def rewound(
    positions: Mapping[int, Position], requests: Iterable[Rewind], *, topic: str
) -> dict[int, Position]:
    """The positions moved back to where readers of this topic ask; never forward."""
    moved = dict(positions)
    for request in requests:
        place = moved.get(request.shard)
        if request.topic == topic and place is not None and request.from_seq <= place.seq:
            moved[request.shard] = Position(request.from_seq - 1, None)
    return moved


def check_sent(positions: Mapping[int, Position], highest: Mapping[int, Position]) -> None:
    """The partitions still hold what was sent. Raises: PartitionWentBack."""
    for shard, place in positions.items():
        if highest[shard].seq < place.seq:
            raise PartitionWentBack(f"shard {shard}: holds {highest[shard].seq} of {place.seq}")


def check_ends(known: Mapping[int, int], seen: Mapping[int, int]) -> dict[int, int]:
    """The ends of the partitions, which only grow. Raises: PartitionWentBack."""
    for shard, end in seen.items():
        if end < known.get(shard, 0):
            raise PartitionWentBack(f"shard {shard}: ends at {end}, ended at {known[shard]}")
    return {**known, **seen}
