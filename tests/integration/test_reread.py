"""Copies of another service's facts, rebuilt from its topic and compared with the live ones."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from chassis.bus import reread
from chassis.bus.handlers import Handlers
from chassis.bus.reread import Reread, TopicIncomplete
from chassis.state.database import owner_engine
from chassis.state.projections import Projections
from chassis.state.replay import Report, replay
from contracts.enrollment import ContributionBilled
from tests.integration.strangers import send_again, send_junk, whole
from tests.integration.world import Node, World, billed, caught_up


class Table(SQLModel, registry=registry()):
    """Base of the bank's copies in these tests."""


class Month(Table, table=True):
    """A month that a member was billed for."""

    __tablename__ = "months"

    event_id: UUID = Field(primary_key=True)
    worker_id: UUID
    amount: int


replicas = Projections()


@replicas.applies(ContributionBilled)
async def months_billed(session: AsyncSession, events: Sequence[ContributionBilled]) -> None:
    """A copy of the month."""
    rows = [{"event_id": e.event_id, "worker_id": e.worker_id, "amount": e.amount} for e in events]
    await session.execute(insert(Month), rows)


async def rebuild(banking: Node) -> Report:
    owner = owner_engine(banking.urls.owner, application="replay")
    try:
        return await replay(
            owner,
            tables=Table.metadata,
            projections=banking.units.projections,
            replicas=replicas,
            replica_events=Reread(
                banking.brokers, banking.topics.sources([banking.other]), replicas
            ),
        )
    finally:
        await owner.dispose()


async def test_copies_are_rebuilt_from_the_topic_without_what_is_parked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reread, "SILENCE_MAX_MS", 500)
    enrollment, banking = world.enrollment, world.banking
    await banking.as_owner(
        "CREATE TABLE months (event_id uuid PRIMARY KEY, worker_id uuid NOT NULL, "
        "amount integer NOT NULL)",
        "GRANT ALL ON months TO PUBLIC",
    )
    banking.handlers = Handlers(replicas)
    banking.handlers.on(ContributionBilled)(banking.note_and_answer)
    banking.bad_keys = {billed(7).key}
    await enrollment.record(range(300))
    assert (await rebuild(banking)).same  # it has heard nobody yet
    enrollment.start_relay()
    await banking.start_consumer()
    await caught_up(banking, enrollment)
    await send_again(enrollment, range(2, 9))
    await send_junk(enrollment)
    await enrollment.stop_relay()
    await enrollment.record(range(300, 320))  # not sent: neither side has them
    report = await rebuild(banking)
    assert report.same
    assert report.tables["months"][0].rows == 299

    await banking.as_owner(f"UPDATE months SET amount = 1 WHERE event_id = '{billed(9).event_id}'")
    (changed,) = (await rebuild(banking)).differences
    assert (changed.table, changed.key) == ("months", f"event_id {billed(9).event_id}")

    await banking.as_owner("UPDATE watermark SET seq = seq + 1 WHERE shard = 3")
    with pytest.raises(TopicIncomplete, match=r"enrollment\.events 3 from"):
        await rebuild(banking)
    enrollment.start_relay()
    await whole(enrollment)
