"""Records that cannot be read or handled, on the real topic of the bank, read by enrollment."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]
from aiokafka.errors import MessageSizeTooLargeError  # type: ignore[import-untyped]

from chassis.bus import wire
from chassis.bus.brokers import Brokers
from chassis.bus.topics import RECORD_BYTES_MAX, Topics, create_topics
from chassis.state.event_log import LogRow, shard_of
from chassis.state.unit import EVERYWHERE
from contracts.banking import AccountOpened, InvoicePaid
from contracts.enrollment import AccountLinked, WorkerEnrolled
from contracts.sealed import Sealed
from contracts.types import ProgrammeId, RosterId, WorkerId
from tests.alone import Alone, MakeAlone
from tests.integration.strangers import Headers, send_raw
from tests.integration.world import until

AT = datetime(2025, 7, 21, tzinfo=UTC)
NOBODY = UUID(int=0)
JUNK_HEADERS: Headers = [("x-trace", b"\xff\xfe\x00"), ("x-null", None), ("x-trace", b"again")]


def enrolled(number: int) -> WorkerEnrolled:
    return WorkerEnrolled(
        event_id=UUID(int=number), occurred_at=AT, causation_id=NOBODY, correlation_id=NOBODY,
        worker_id=WorkerId(UUID(int=number)), programme_id=ProgrammeId(NOBODY),
        roster_id=RosterId(NOBODY), village_code="53.71.04.1001", first_month="2025-07",
        last_month="2025-12", reserved=100_800, has_ktp=True, has_kk=True,
        identity=Sealed(subject=UUID(int=number), holder="enrollment", kind="worker-identity",
                        version=1, nonce=bytes(12), ciphertext=bytes(16)),
    )  # fmt: skip


def account(number: int) -> dict[str, Any]:
    """The body of an `AccountOpened` for the worker of this number."""
    return {
        "event_id": str(UUID(int=number)), "occurred_at": AT.isoformat(),
        "causation_id": str(NOBODY), "correlation_id": str(NOBODY),
        "holder_id": str(UUID(int=number)), "holder": "member", "account_id": str(UUID(int=number)),
    }  # fmt: skip


def payment(number: int, **transfer: Any) -> dict[str, Any]:
    """The body of an `InvoicePaid` for the invoice of this number."""
    name = str(UUID(int=number))
    return {
        "event_id": name, "occurred_at": AT.isoformat(), "causation_id": str(NOBODY),
        "correlation_id": str(NOBODY), "invoice_id": name, "programme_id": str(NOBODY),
        "month": "2025-07", "payment_order": "SP2D 1", "paid_by": "branch", "transfer": {
            "transfer_id": name, "kind": "contribution", "reference": name, "debit_account": name,
            "credit_account": name, "amount": 16_800, "debit_balance": 0, **transfer,
        },
    }  # fmt: skip


POISON: Mapping[str, tuple[str, Any]] = {
    "bad JSON": (AccountOpened.type, b"{broken"),
    "null value": (AccountOpened.type, None),
    "empty value": (AccountOpened.type, b""),
    "not UTF-8": (AccountOpened.type, b'{"holder": "\xff\xfe"}'),
    "not an object": (AccountOpened.type, b"[1, 2]"),
    "deep nesting": (AccountOpened.type, b"[" * 200_000),
    "nearly 1 MiB": (AccountOpened.type, b"x" * (RECORD_BYTES_MAX - 2_000)),
    "unknown major version": ("banking.account-opened.v2", account),
    "another event's body": (AccountOpened.type, lambda _number: account(9_999)),
    "no time zone": (
        AccountOpened.type,
        lambda number: account(number) | {"occurred_at": "2025-07-21T00:00:00"},
    ),
    "not a number": (InvoicePaid.type, lambda n: payment(n, amount=float("nan"))),
    "negative amount": (InvoicePaid.type, lambda n: payment(n, amount=-16_800)),
    "fraction of a rupiah": (InvoicePaid.type, lambda n: payment(n, amount=16_800.5)),
    "other currency": (InvoicePaid.type, lambda n: payment(n, amount="USD 1.10")),
}


@dataclass
class Planted:
    """A log of the bank, as it would stand in its topic."""

    records: list[tuple[int, bytes | None, Headers]] = field(default_factory=list)
    poison: set[tuple[int, int]] = field(default_factory=set)
    behind: set[tuple[int, int]] = field(default_factory=set)
    good: list[UUID] = field(default_factory=list)
    _numbers: Counter[int] = field(default_factory=Counter)
    _fresh: Iterator[int] = field(default_factory=lambda: iter(range(1, 1_000)))

    def add(self, type_: str, number: int, body: Any, *, headers: Headers = ()) -> tuple[int, int]:
        """The next number of the key's shard."""
        key = str(UUID(int=number))
        shard = shard_of(key)
        self._numbers[shard] += 1
        row = LogRow(shard, self._numbers[shard], UUID(int=number), type_, key, AT, NOBODY, NOBODY,
                     b"")  # fmt: skip
        content = body(number) if callable(body) else body
        value = content if isinstance(content, bytes | None) else json.dumps(content).encode()
        named = [*wire.headers(row, source="banking"), *headers]
        self.records.append((shard, value, named))
        return shard, row.seq

    def neighbor(self, shard: int) -> None:
        """A good event in the same shard, with headers that nobody can read."""
        number = next(n for n in self._fresh if shard_of(str(UUID(int=n))) == shard)
        self.add(AccountOpened.type, number, account, headers=JUNK_HEADERS)
        self.good.append(UUID(int=number))

    def plant(self, number: int, type_: str, body: Any) -> None:
        """Poison between two good events, and a good event of its key behind it."""
        shard = shard_of(str(UUID(int=number)))
        self.neighbor(shard)
        self.poison.add(self.add(type_, number, body))
        self.behind.add(self.add(AccountOpened.type, number, account))
        self.neighbor(shard)


def planted() -> Planted:
    log = Planted()
    for number, (type_, body) in enumerate(POISON.values(), start=2_000):
        log.plant(number, type_, body)
    log.add("banking.account-praised.v1", 3_000, account)  # a newer bank: passed over
    log.add(AccountOpened.type, 3_001, account)  # nobody's: an heir, or not enrolled yet
    for shard in range(12):
        log.neighbor(shard)
    return log


async def test_poison_of_every_kind_is_parked_once_and_its_neighbors_are_applied(
    alone: MakeAlone,
) -> None:
    enrollment = await alone("enrollment")
    log = planted()
    async with enrollment.units.bulk(area=EVERYWHERE) as unit:
        await unit.record(enrolled(worker_id.int) for worker_id in log.good)
    await enrollment.open_bus()
    bank, topic = enrollment.kafka.brokers("banking"), enrollment.running.topics.of("banking")
    await send_raw(bank, topic, log.records)
    await send_raw(bank, topic, log.records)  # all of it twice
    async with enrollment.app.router.lifespan_context(enrollment.app):
        await until(lambda: all_read(enrollment, len(log.records)))
    parked = await enrollment.rows("SELECT shard, seq, reason FROM parked")
    found = {(row["shard"], row["seq"]): row["reason"] for row in parked}
    assert log.poison | log.behind == set(found)
    assert {place for place, why in found.items() if "behind" in why} == log.behind
    linked = await enrollment.recorded(AccountLinked)
    assert sorted(e.worker_id for e in linked) == sorted(log.good)
    assert not [why for why in found.values() if "USD" in why or "9999" in why]  # no content


async def all_read(enrollment: Alone, records: int) -> bool:
    figures = (await enrollment.anonymous().get("/metrics")).text
    twice = f'bus_events_duplicate_total{{topic="{enrollment.running.topics.of("banking")}"}} '
    return f"{twice}{records:.1f}" in figures


async def test_the_broker_takes_no_record_above_1_mib(kafka_admin: Brokers) -> None:
    topics = Topics("large.")
    await create_topics(kafka_admin, topics, owners=["banking"])
    producer = AIOKafkaProducer(**kafka_admin.arguments(), max_request_size=4 * RECORD_BYTES_MAX)
    await producer.start()
    try:
        with pytest.raises(MessageSizeTooLargeError):
            await producer.send_and_wait(topics.of("banking"), bytes(RECORD_BYTES_MAX))
    finally:
        await producer.stop()
