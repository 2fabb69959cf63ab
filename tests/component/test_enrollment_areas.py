"""PostgreSQL itself keeps every area table of enrollment to the area that a transaction names."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.state.unit import EVERYWHERE
from tests.alone import Alone, MakeAlone
from tests.component import lives
from tests.rosters import REGION

MIGRATION = import_module(
    "services.enrollment.migrations.versions.0002_rosters_cover_cards_privacy"
)
TABLES: dict[str, str] = {
    **MIGRATION.AREAS,
    **dict.fromkeys(MIGRATION.THROUGH, "worker_id"),
    **dict.fromkeys(("staged_roster", "staged_chunk", "row_finding"), "roster_id"),
}
"""Each with the column that says where its rows belong."""
WITHOUT_AREA = {
    "quotas", "commitments",  # a programme's figures, which its whole province may see
    "person_lookup",  # hashes, by which a person is known wherever he was registered
    "member_claims",  # copies of another service's facts, read together with workers
}  # fmt: skip
STRANGER = "53.13"
REFUSED = "row-level security"
SOME = "'00000000-0000-0000-0000-000000000001'"
FILLING = (
    "INSERT INTO reviews (review_id, worker_id, village_code, kind, raised_at)"
    f" SELECT {SOME}, worker_id, village_code, 'possible-duplicate', now() FROM workers LIMIT 1",
    "INSERT INTO readings (event_id, worker_id, read_by, role, reason, what, read_at)"
    f" SELECT {SOME}, worker_id, 'x', 'branch', 'x', 'card', now() FROM workers LIMIT 1",
    "INSERT INTO data_requests (request_id, worker_id, kind, fields, due_at, received_by,"
    f" received_at) SELECT {SOME}, worker_id, 'access', '[]', now(), 'x', now()"
    " FROM workers LIMIT 1",
    "INSERT INTO amendments (event_id, worker_id, request_id, fields, village_code, has_ktp,"
    f" has_kk, before, after, amended_by, amended_at) SELECT {SOME}, worker_id, {SOME}, '[]',"
    " village_code, true, true, '{}', '{}', 'x', now() FROM workers LIMIT 1",
)
"""Rows of the tables in which the life leaves none."""


@pytest.fixture
async def service(alone: MakeAlone) -> Alone:
    """A life in Kota Kupang, with a row in every area table."""
    lived = await lives.enrollment(alone)
    async with lived.units.bulk(area=EVERYWHERE) as unit:
        for statement in FILLING:
            await unit.session.execute(text(statement))
    return lived


@asynccontextmanager
async def within(service: Alone, area: str | None) -> AsyncIterator[AsyncConnection]:
    """A transaction of the runtime role that names this area, or none; undone at its end."""
    async with service.units.engine.connect() as connection, connection.begin() as transaction:
        if area is not None:
            told = {"area": area}
            await connection.execute(text("SELECT set_config('tameng.area', :area, true)"), told)
        yield connection
        await transaction.rollback()


async def counted(service: Alone, table: str, area: str | None) -> int:
    async with within(service, area) as connection:
        return int(await connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


async def changed(service: Alone, statement: str, area: str | None) -> int:
    """How many rows a statement reaches."""
    async with within(service, area) as connection:
        result = await connection.execute(text(statement))
        assert isinstance(result, CursorResult)
        return result.rowcount


async def some_row(service: Alone, table: str) -> str:
    async with within(service, EVERYWHERE) as connection:
        found: Any = await connection.scalar(text(f"SELECT to_jsonb({table}) FROM {table} LIMIT 1"))
        return json.dumps(found)


async def test_an_area_sees_its_own_rows_and_no_others(service: Alone) -> None:
    for table in TABLES:
        everything = await counted(service, table, EVERYWHERE)
        assert everything > 0, table
        assert await counted(service, table, REGION) == everything, table
        assert await counted(service, table, STRANGER) == 0, table


async def test_who_names_no_area_sees_nothing(service: Alone) -> None:
    for table in TABLES:
        for nowhere in (None, ""):
            assert await counted(service, table, nowhere) == 0, table


async def test_foreign_rows_are_neither_changed_nor_deleted(service: Alone) -> None:
    for table, column in TABLES.items():
        update = f"UPDATE {table} SET {column} = {column}"
        for area in (STRANGER, None):
            assert await changed(service, update, area) == 0, table
            assert await changed(service, f"DELETE FROM {table}", area) == 0, table
        assert await changed(service, update, REGION) > 0, table


async def test_nothing_is_written_into_another_area(service: Alone) -> None:
    for table in TABLES:
        row = await some_row(service, table)
        insert = text(
            f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table},"
            " CAST(:row AS jsonb))"
        )
        for area in (STRANGER, None):
            with pytest.raises(DBAPIError, match=REFUSED):
                async with within(service, area) as connection:
                    await connection.execute(insert, {"row": row})


async def test_nothing_is_moved_out_of_the_area(service: Alone) -> None:
    for table, column in MIGRATION.AREAS.items():
        for foreign in ("53.13.01.2001", "51.71.01.1001", ""):
            with pytest.raises(DBAPIError, match=REFUSED):
                await changed(service, f"UPDATE {table} SET {column} = '{foreign}'", REGION)


async def test_every_table_about_a_place_or_a_person_is_kept_to_areas(service: Alone) -> None:
    about = await service.rows(
        "SELECT DISTINCT c.relname, c.relrowsecurity FROM pg_class c"
        " JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname = ANY("
        "ARRAY['worker_id', 'roster_id', 'village_code', 'district_code', 'region_code'])"
    )
    kept = {each["relname"] for each in about if each["relrowsecurity"]}
    assert kept == set(TABLES)
    assert {each["relname"] for each in about} - kept == WITHOUT_AREA
