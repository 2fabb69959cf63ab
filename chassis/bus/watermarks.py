"""How far a service has applied each stream, kept where its effects are kept."""

from collections.abc import Iterable, Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis.bus.admission import Stream
from chassis.faults import Passing
from chassis.state.statements import Statement

_ENSURE = Statement("""
    INSERT INTO watermark (topic, shard, seq)
    SELECT topic, shard, 0
    FROM unnest(cast(:topics AS text[]), cast(:shards AS smallint[])) AS given(topic, shard)
    ORDER BY topic, shard ON CONFLICT DO NOTHING""")
_LOCK = Statement("""
    SELECT topic, shard, seq FROM watermark
    JOIN unnest(cast(:topics AS text[]), cast(:shards AS smallint[])) AS given(topic, shard)
      USING (topic, shard)
    ORDER BY topic, shard FOR UPDATE OF watermark""")
_ADVANCE = Statement("""
    UPDATE watermark SET seq = given.after
    FROM unnest(cast(:topics AS text[]), cast(:shards AS smallint[]),
                cast(:before AS bigint[]), cast(:after AS bigint[]))
      AS given(topic, shard, before, after)
    WHERE watermark.topic = given.topic AND watermark.shard = given.shard
      AND watermark.seq = given.before""")


class WatermarkMoved(Passing):
    """Another consumer applied these events meanwhile."""


async def lock(session: AsyncSession, streams: Iterable[Stream]) -> dict[Stream, int]:
    """The numbers reached, their rows locked in the order of shards until the transaction ends."""
    given = sorted(set(streams))
    names = {"topics": [s.topic for s in given], "shards": [s.shard for s in given]}
    found = await _LOCK.rows(session, **names)
    if len(found) < len(given):  # the first sight of a stream
        await _ENSURE.change(session, **names)
        found = await _LOCK.rows(session, **names)
    return {Stream(topic, shard): seq for topic, shard, seq in found}


async def advance(
    session: AsyncSession, before: Mapping[Stream, int], after: Mapping[Stream, int]
) -> None:
    """Move from `before` to `after`. Raises: WatermarkMoved, when a row is not at `before`."""
    moved = [stream for stream in after if after[stream] > before[stream]]
    if not moved:
        return
    changed = await _ADVANCE.change(
        session,
        topics=[stream.topic for stream in moved],
        shards=[stream.shard for stream in moved],
        before=[before[stream] for stream in moved],
        after=[after[stream] for stream in moved],
    )
    if changed != len(moved):
        raise WatermarkMoved(f"{changed} of {len(moved)} rows were as they were read")


async def reached(connection: AsyncConnection | AsyncSession) -> dict[Stream, int]:
    """The number reached in each stream that was ever seen."""
    rows = await connection.execute(text("SELECT topic, shard, seq FROM watermark"))
    return {Stream(topic, shard): seq for topic, shard, seq in rows}
