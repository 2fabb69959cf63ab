"""Records that no relay of ours sent: old ranges, junk, a log whose rows are sent by hand."""

from collections.abc import Iterable, Mapping, Sequence
from unittest.mock import patch

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer  # type: ignore[import-untyped]
from aiokafka.producer import message_accumulator  # type: ignore[import-untyped]
from aiokafka.producer import producer as producer_module
from aiokafka.record.default_records import (  # type: ignore[import-untyped]
    _DefaultRecordBatchBuilderPy,
)

from chassis.bus import partitions, sender, wire
from chassis.bus.admission import Record
from chassis.bus.brokers import Brokers
from chassis.bus.sender import Span
from chassis.state import event_log
from chassis.state.event_log import SHARDS, LogRow
from tests.integration.world import Node, until

Headers = Sequence[tuple[str, bytes | None]]


async def rows_of(owner: Node, numbers: range) -> dict[int, list[LogRow]]:
    """The rows of a log with these numbers, by shard."""
    async with owner.engine.connect() as connection:
        rows = await event_log.rows_from(
            connection, dict.fromkeys(range(SHARDS), numbers.start), rows_max=len(numbers)
        )
    by_shard: dict[int, list[LogRow]] = {}
    for row in rows:
        by_shard.setdefault(row.shard, []).append(row)
    return by_shard


async def send_rows(owner: Node, rows: Mapping[int, Sequence[LogRow]]) -> dict[int, Span]:
    """Send rows as the relay would, without being it; return where they stand."""
    async with sender.producing(owner.brokers) as producer:
        return await sender.send(producer, owner.topic, rows, source=owner.name)


async def send_again(owner: Node, numbers: range) -> None:
    """Send a range of every shard again."""
    await send_rows(owner, await rows_of(owner, numbers))


async def send_raw(
    brokers: Brokers, topic: str, records: Iterable[tuple[int, bytes | None, Headers]]
) -> None:
    """Send (partition, value, headers) as they are."""
    producer = AIOKafkaProducer(**brokers.arguments())
    await producer.start()
    try:
        for partition, value, headers in records:
            await producer.send(topic, value, key=b"k", partition=partition, headers=headers)
    finally:
        await producer.stop()


async def send_junk(owner: Node) -> None:
    """To every shard: broken, foreign, unnumbered, and old numbers with another body."""
    rows = await rows_of(owner, range(1, 2))
    source = owner.name.encode()
    await send_raw(
        owner.admin,
        owner.topic,
        (
            (shard, value, headers)
            for shard, (row,) in rows.items()
            for mine in [wire.headers(row, source=owner.name)]
            for value, headers in (
                (b"no headers", []),
                (None, []),
                (b"{broken", mine),
                (None, mine),
                (b"\xff\xfe", [("ce_id", b"\xff\xfe"), ("ce_source", None)]),
                (b"{}", [*mine, ("ce_sequence", b"minus one")]),
                (b"{}", [*mine, ("ce_sequence", b"9" * 40)]),
                (b"{}", [*mine, ("ce_source", b"a stranger"), ("ce_sequence", b"77777")]),
                (b"{}", [*mine, ("ce_subject", b"\0"), ("ce_sequence", b"77777")]),
                (b"{}", [*mine, ("ce_type", b"t" * 5_000), ("ce_sequence", b"77777")]),
                (b"{}", [*mine, ("ce_id", b"\xff"), ("ce_sequence", b"77777")]),
                (b"{}", [("ce_source", source), ("ce_sequence", b"77777")]),
            )
        ),
    )


async def send_foreign(owner: Node, *, each: int) -> None:
    """To every shard so many records that are no events at all."""
    headers: Headers = ()
    await send_raw(
        owner.admin,
        owner.topic,
        ((shard, b"{}", headers) for shard in range(SHARDS) for _ in range(each)),
    )


class NotUtf8(str):
    """The name of a header as only clients in other languages can send it."""

    __slots__ = ()

    def encode(self, _encoding: str = "", _errors: str = "") -> bytes:
        return b"\xff\xfe"


async def send_unreadable_names(owner: Node) -> None:
    """To every shard a record whose header has a name that is no text."""
    with (
        patch.object(
            message_accumulator, "DefaultRecordBatchBuilder", _DefaultRecordBatchBuilderPy
        ),
        patch.object(producer_module, "DefaultRecordBatchBuilder", _DefaultRecordBatchBuilderPy),
    ):  # the other builder takes no such name
        headers: Headers = [(NotUtf8("name"), b"value")]
        await send_raw(
            owner.admin, owner.topic, ((shard, b"{}", headers) for shard in range(SHARDS))
        )


JUNK_FOREIGN = 10
"""Of the records of `send_junk` to a shard, those that are not an event of the topic's owner."""


async def read_all(owner: Node) -> list[Record]:
    """Every event of the owner in its topic as it is now, each partition in order."""
    found: list[Record] = []
    async with partitions.reading(owner.brokers) as reader:
        reader.assign(partitions.partitions_of(owner.topic))
        ends = await reader.end_offsets(partitions.partitions_of(owner.topic))
        while [p for p, end in ends.items() if await reader.position(p) < end]:
            for arrived in (await reader.getmany(timeout_ms=50)).values():
                read = (wire.read(each, source=owner.name) for each in arrived)
                found += [record for record in read if record is not None]
    return found


async def whole(owner: Node) -> None:
    """Wait until a reader that begins at the start finds every number of the log, in order."""
    wanted = await owner.heads()

    async def complete() -> bool:
        reached = dict.fromkeys(wanted, 0)
        for record in await read_all(owner):
            if record.seq == reached.get(record.stream.shard, -1) + 1:
                reached[record.stream.shard] = record.seq
        return reached == wanted

    await until(complete)


async def commit(owner: Node, group: str, offsets: Mapping[int, int]) -> None:
    """Have a group's offsets be these, as if one of its members had read so far."""
    consumer = AIOKafkaConsumer(**owner.admin.arguments(), group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        parts = partitions.partitions_of(owner.topic)
        consumer.assign(parts)
        await consumer.commit({p: offsets[p.partition] for p in parts if p.partition in offsets})
    finally:
        await consumer.stop()
