"""The database keeps the officers of a claim apart, also from who writes to it past the API."""

import json
from collections.abc import AsyncIterator
from itertools import count
from typing import Any
from uuid import UUID

import asyncpg  # type: ignore[import-untyped]
import pytest

from chassis.ids import new_id
from chassis.state.event_log import shard_of
from tests.databases import MakeDatabase

CLAIM, MEMBER = str(UUID(int=7)), str(UUID(int=8))
CLERK, CHECKER, FIRST, SECOND = "clerk", "checker", "first", "second"
OFFICERS = {
    "claim-filed": "filed_by",
    "claim-verified": "verified_by",
    "approval-given": "approved_by",
    "claim-approved": "approved_by",
    "claim-rejected": "rejected_by",
    "appeal-lodged": "lodged_by",
    "appeal-decided": "decided_by",
    "claim-reclassified": "reclassified_by",
}
COLUMNS = (
    "shard", "seq", "event_id", "type", "key", "occurred_at", "causation_id", "correlation_id",
    "body", "recorded_at",
)  # fmt: skip


class Desk:
    """A connection of the service's own role, with which somebody writes SQL by hand."""

    def __init__(self, connection: Any) -> None:
        self.sql = connection
        self._seqs = count(1)

    async def write(
        self, fact: str, officer: str, *, key: str = MEMBER, shard: int | None = None, **more: Any
    ) -> None:
        """Add an event of an officer to the log."""
        row = await self._row(fact, officer, key=key, shard=shard, **more)
        places = ", ".join(f"${place}" for place in range(1, len(COLUMNS) + 1))
        await self.sql.execute(
            f"INSERT INTO event_log ({', '.join(COLUMNS)}) VALUES ({places})",
            *row,
        )

    async def copy(self, *facts: tuple[str, str]) -> None:
        """Add events of officers to the log as the service does."""
        rows = [await self._row(fact, officer) for fact, officer in facts]
        await self.sql.copy_records_to_table("event_log", records=rows, columns=COLUMNS)

    async def refuses(self, fact: str, officer: str, **more: Any) -> str:
        """What the database says to an event that it does not take."""
        with pytest.raises(asyncpg.CheckViolationError) as told:
            await self.write(fact, officer, **more)
        assert told.value.constraint_name == "officers_apart"
        return str(told.value)

    async def _row(
        self, fact: str, officer: str, *, key: str = MEMBER, shard: int | None = None, **more: Any
    ) -> tuple[Any, ...]:
        now = await self.sql.fetchval("SELECT now()")
        body = {"claim_id": CLAIM, "worker_id": key, OFFICERS[fact]: officer} | more
        return (
            shard_of(key) if shard is None else shard, next(self._seqs), new_id(),
            f"claims.{fact}.v1", key, now, new_id(), new_id(), json.dumps(body).encode(), now,
        )  # fmt: skip


@pytest.fixture
async def desk(service_database: MakeDatabase) -> AsyncIterator[Desk]:
    urls = await service_database("claims")
    connection = await asyncpg.connect(urls.runtime.replace("+asyncpg", ""))
    yield Desk(connection)
    await connection.close()


async def test_nobody_writes_a_second_step_of_one_claim_into_the_log(desk: Desk) -> None:
    await desk.write("claim-filed", CLERK)
    assert CLERK in await desk.refuses("claim-verified", CLERK)
    assert "verified" in await desk.refuses("claim-approved", SECOND)
    await desk.write("claim-verified", CHECKER)
    for officer in (CLERK, CHECKER):
        for fact in ("approval-given", "claim-approved", "claim-rejected"):
            assert officer in await desk.refuses(fact, officer)
    await desk.write("approval-given", FIRST)
    assert FIRST in await desk.refuses("claim-approved", FIRST, first_approved_by=FIRST)
    assert "first approver" in await desk.refuses("claim-approved", SECOND)
    assert "first approver" in await desk.refuses("claim-approved", SECOND, first_approved_by="x")
    await desk.write("claim-approved", SECOND, first_approved_by=FIRST)
    await desk.write("appeal-lodged", "lodger")
    for officer in (CLERK, CHECKER, FIRST, SECOND, "lodger"):
        assert officer in await desk.refuses("appeal-decided", officer, outcome="reopened")
    await desk.write("appeal-decided", "other", outcome="reopened")
    await desk.write("claim-verified", FIRST)
    assert FIRST in await desk.refuses("claim-approved", FIRST)
    await desk.write("claim-approved", CHECKER)
    assert CLERK in await desk.refuses("claim-reclassified", CLERK)
    await desk.write("claim-reclassified", "other")
    assert "verified" in await desk.refuses("claim-approved", SECOND)


async def test_the_way_the_service_itself_writes_is_no_way_round(desk: Desk) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await desk.copy(("claim-filed", CLERK), ("claim-verified", CLERK))
    await desk.copy(("claim-filed", CLERK), ("claim-verified", CHECKER))
    with pytest.raises(asyncpg.CheckViolationError):
        await desk.copy(("claim-approved", CLERK))
    await desk.copy(("claim-approved", SECOND))
    assert await desk.sql.fetchval("SELECT count(*) FROM event_log") == 3


async def test_no_other_place_hides_who_filed(desk: Desk) -> None:
    await desk.copy(("claim-filed", CLERK), ("claim-verified", CHECKER))
    elsewhere = (shard_of(MEMBER) + 1) % 12
    assert "no such claim" in await desk.refuses("claim-approved", CLERK, key=str(UUID(int=9)))
    assert "no such claim" in await desk.refuses("claim-approved", CLERK, shard=elsewhere)
    await desk.write("claim-filed", "a stranger")
    assert CLERK in await desk.refuses("claim-approved", CLERK)
    try:
        await desk.sql.execute("CREATE TEMP TABLE event_log (LIKE public.event_log)")
        await desk.sql.execute("SET search_path = public, pg_temp")
    except asyncpg.InsufficientPrivilegeError:
        pass  # it may not even make one
    assert CLERK in await desk.refuses("claim-approved", CLERK)


async def test_the_log_and_its_guard_are_not_the_services_to_change(desk: Desk) -> None:
    await desk.copy(("claim-filed", CLERK))
    for statement in (
        "UPDATE event_log SET body = '{}'",
        "DELETE FROM event_log",
        "ALTER TABLE event_log DISABLE TRIGGER officers_apart",
        "DROP TRIGGER officers_apart ON event_log",
        "CREATE OR REPLACE FUNCTION keep_officers_apart() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN RETURN NEW; END'",
        "SET session_replication_role = replica",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await desk.sql.execute(statement)


async def test_the_table_of_claims_refuses_it_too_and_changing_the_filer_helps_nobody(
    desk: Desk,
) -> None:
    await desk.copy(("claim-filed", CLERK), ("claim-verified", CHECKER))
    await desk.sql.execute(
        "INSERT INTO claims (claim_id, worker_id, kind, state, died_on, filed_by, filed_at, "
        "reported_by, verified_by) VALUES ($1, $2, 'death', 'verified', '2025-10-11', $3, now(), "
        "'officer', $4)", CLAIM, MEMBER, CLERK, CHECKER,
    )  # fmt: skip
    for change in (
        "decided_by = filed_by, state = 'approved'",
        "decided_by = verified_by, state = 'approved'",
        "verified_by = filed_by",
        "first_approved_by = filed_by",
        "first_approved_by = 'head', decided_by = 'head'",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await desk.sql.execute(f"UPDATE claims SET {change}")
    await desk.sql.execute("UPDATE claims SET filed_by = 'a stranger'")
    assert CLERK in await desk.refuses("claim-approved", CLERK)
