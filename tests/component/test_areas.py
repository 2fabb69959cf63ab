"""Row-level security on a real Postgres: each transaction keeps to the area that it named."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import pytest
from asyncpg import PostgresError  # type: ignore[import-untyped]
from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy import make_url, text
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import Field, SQLModel

from chassis.state.areas import area_policies, area_policies_through
from chassis.state.database import owner_engine, runtime_engine
from chassis.state.migrations import is_held_by_policies
from chassis.state.projections import Projections
from chassis.state.tables import Rows, RowsMissing, insert_rows, put_rows, update_rows
from chassis.state.unit import EVERYWHERE, NOWHERE, Unit, Units
from chassis.web.access import ANYWHERE, Caller, Guarded, allowed, public
from chassis.web.commands import Command, command
from chassis.web.reading import Session
from chassis.web.together import Together
from tests.databases import MakeDatabase, Urls
from tests.unit.small_app import Issuer, application, client

CODES = ("53", "53.13", "53.71", "53.71.04", "53.71.04.1001", "53.710", "5371")
IN_KUPANG = ["53.71", "53.71.04", "53.71.04.1001"]
REFUSED = (DBAPIError, PostgresError)
OUTSIDE = "row-level security"
TABLES = (
    "CREATE TABLE stalls (code text, name text PRIMARY KEY)",
    "CREATE TABLE sales (name text, item text, PRIMARY KEY (name, item))",
    *area_policies("stalls", "code"),
    *area_policies_through("sales", "stalls", ("name",)),
)


class Stall(SQLModel, table=True):
    """A row with a code."""

    __tablename__ = "stalls"

    code: str | None
    name: str = Field(primary_key=True)


class Sale(SQLModel, table=True):
    """A row that lies where its stall does."""

    __tablename__ = "sales"

    name: str = Field(primary_key=True)
    item: str = Field(primary_key=True)


@pytest.fixture
async def urls(service_database: MakeDatabase) -> Urls:
    return await service_database("audit")


@pytest.fixture
async def owner(urls: Urls) -> AsyncIterator[AsyncEngine]:
    engine = owner_engine(urls.owner, application="test")
    yield engine
    await engine.dispose()


@pytest.fixture
def role(urls: Urls) -> str:
    """The runtime role's name."""
    return str(make_url(urls.runtime).username)


@pytest.fixture
async def units(urls: Urls, owner: AsyncEngine, role: str) -> AsyncIterator[Units]:
    """Of the runtime role, over a stall of each code with one sale each."""
    await run(owner, *TABLES, f"GRANT SELECT, INSERT, UPDATE, DELETE ON stalls, sales TO {role}")
    engine = runtime_engine(urls.runtime, application="test")
    units = Units(engine, Projections(), lambda: datetime(2025, 7, 1, tzinfo=UTC))
    async with units.bulk(area=EVERYWHERE) as unit:
        await insert_rows(unit.session, Stall, [{"code": c, "name": c} for c in CODES])
        await insert_rows(unit.session, Sale, [{"name": c, "item": "rice"} for c in CODES])
    yield units
    await engine.dispose()


async def run(engine: AsyncEngine, *statements: str) -> None:
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def seen(units: Units, *, area: str, table: str = "stalls") -> list[str]:
    async with units.single(area=area) as unit:
        return await names(unit.session, table)


async def names(session: AsyncSession, table: str = "stalls") -> list[str]:
    return list(await session.scalars(text(f'SELECT name FROM {table} ORDER BY name COLLATE "C"')))


async def changed(unit: Unit, statement: str) -> int:
    result = await unit.session.execute(text(statement))
    assert isinstance(result, CursorResult)
    return result.rowcount


async def check_that_areas_are_kept(units: Units, *, table: str = "stalls") -> None:
    """Each area sees its own rows, and no area none."""
    assert await seen(units, area=NOWHERE, table=table) == []
    assert await seen(units, area="53.71", table=table) == IN_KUPANG
    assert await seen(units, area="53.71.04", table=table) == IN_KUPANG[1:]
    assert await seen(units, area="53.7", table=table) == []
    assert await seen(units, area="%", table=table) == []
    assert await seen(units, area="53_71", table=table) == []
    assert await seen(units, area="53", table=table) == [c for c in CODES if c != "5371"]
    assert await seen(units, area=EVERYWHERE, table=table) == list(CODES)


@pytest.mark.parametrize("table", ["stalls", "sales"])
async def test_an_area_covers_itself_and_what_lies_under_it(units: Units, table: str) -> None:
    await check_that_areas_are_kept(units, table=table)


@pytest.mark.parametrize("table", ["stalls", "sales"])
@pytest.mark.parametrize(
    "switch_off", ["ALTER TABLE {} DISABLE ROW LEVEL SECURITY", "DROP POLICY area ON {}"]
)
async def test_the_check_of_areas_fails_without_their_policies(
    units: Units, owner: AsyncEngine, table: str, switch_off: str
) -> None:
    await run(owner, switch_off.format(table))
    with pytest.raises(AssertionError):
        await check_that_areas_are_kept(units, table=table)


async def test_without_row_level_security_every_area_sees_foreign_rows(
    units: Units, owner: AsyncEngine
) -> None:
    await run(owner, "ALTER TABLE stalls DISABLE ROW LEVEL SECURITY")
    assert await seen(units, area=NOWHERE) == await seen(units, area="53.71") == list(CODES)


async def test_who_names_no_area_sees_and_writes_nothing(units: Units) -> None:
    async with units.single() as unit:
        assert await names(unit.session) == []
        assert await changed(unit, "UPDATE stalls SET name = name || '!'") == 0
        assert await changed(unit, "DELETE FROM stalls") == 0
    for code in (*CODES, "", None):
        with pytest.raises(REFUSED, match=OUTSIDE):
            async with units.bulk() as unit:
                await insert_rows(unit.session, Stall, [{"code": code, "name": "new"}])


async def test_a_row_without_a_code_or_a_parent_is_seen_from_everywhere_only(units: Units) -> None:
    async with units.bulk(area=EVERYWHERE) as unit:
        await insert_rows(unit.session, Stall, [{"code": None, "name": "adrift"}])
        await insert_rows(
            unit.session, Sale, [{"name": n, "item": "x"} for n in ("adrift", "lost")]
        )
    assert "adrift" in await seen(units, area=EVERYWHERE)
    assert {"adrift", "lost"} < set(await seen(units, area=EVERYWHERE, table="sales"))
    assert not {"adrift", "lost"} & set(await seen(units, area="53"))
    assert not {"adrift", "lost"} & set(await seen(units, area="53", table="sales"))


@pytest.mark.parametrize("code", ["53.13", "53.710", "53", "5371", None])
async def test_nothing_is_written_outside_the_area(units: Units, code: str | None) -> None:
    new = [{"code": code, "name": "new"}]
    moved = [{"code": code, "name": "53.71.04"}]
    for rows, write in ((new, insert_rows), (new, put), (moved, put)):
        with pytest.raises(REFUSED, match=OUTSIDE):
            async with units.bulk(area="53.71") as unit:
                await write(unit.session, Stall, rows)
    with pytest.raises(REFUSED, match=OUTSIDE):
        async with units.bulk(area="53.71") as unit:
            await update_rows(unit.session, Stall, moved, keys=("name",))
    assert await seen(units, area=EVERYWHERE) == list(CODES)


async def test_foreign_rows_are_neither_changed_nor_deleted(units: Units) -> None:
    async with units.bulk(area="53.71") as unit:
        with pytest.raises(RowsMissing):
            await update_rows(
                unit.session, Stall, [{"code": "53.71", "name": "53.13"}], keys=("name",)
            )
        assert await changed(unit, "UPDATE stalls SET code = code") == len(IN_KUPANG)
        assert await changed(unit, "DELETE FROM sales") == len(IN_KUPANG)
        assert await changed(unit, "DELETE FROM stalls") == len(IN_KUPANG)
    assert await seen(units, area=EVERYWHERE) == [c for c in CODES if c not in IN_KUPANG]


async def test_a_row_comes_and_moves_within_the_area(units: Units) -> None:
    async with units.bulk(area="53.71") as unit:
        await insert_rows(unit.session, Stall, [{"code": "53.71.01", "name": "new"}])
        await insert_rows(unit.session, Sale, [{"name": "new", "item": "fish"}])
        await put(unit.session, Stall, [{"code": "53.71.04", "name": "new"}])
    assert await seen(units, area="53.71.04", table="sales") == [*IN_KUPANG[1:], "new"]


@pytest.mark.parametrize("name", ["53.13", "lost"])
async def test_a_row_lies_where_its_parent_does(units: Units, name: str) -> None:
    with pytest.raises(REFUSED, match=OUTSIDE):
        async with units.bulk(area="53.71") as unit:
            await insert_rows(unit.session, Sale, [{"name": name, "item": "fish"}])
    with pytest.raises(REFUSED, match=OUTSIDE):
        async with units.bulk(area="53.71") as unit:
            await changed(unit, f"UPDATE sales SET name = '{name}' WHERE name = '53.71'")


async def test_the_area_ends_with_its_transaction(units: Units) -> None:
    async with units.bulk(area=EVERYWHERE) as unit:
        first = await connection_of(unit.session)
    with pytest.raises(ArithmeticError):
        async with units.single(area=EVERYWHERE) as unit:
            raise ArithmeticError
    async with units.single() as unit:
        assert await connection_of(unit.session) == first
        assert await names(unit.session) == []
    async with AsyncSession(units.engine) as session:
        assert await connection_of(session) == first
        assert await names(session) == []


async def test_every_transaction_of_a_reading_session_tells_its_area(units: Units) -> None:
    async with units.reading(area="53.71") as session:
        assert await names(session) == IN_KUPANG
        await session.rollback()
        assert await names(session) == IN_KUPANG
    async with units.reading() as session:
        assert await names(session) == []


async def test_inside_everywhere_all_areas_are_seen_and_behind_it_the_units_own(
    units: Units,
) -> None:
    async with units.single(area="53.71") as unit:
        async with unit.everywhere():
            assert await names(unit.session) == list(CODES)
        assert await names(unit.session) == IN_KUPANG
        with pytest.raises(REFUSED, match=OUTSIDE):
            async with unit.session.begin_nested():
                await insert_rows(unit.session, Stall, [{"code": "53.13", "name": "new"}])
    assert await seen(units, area="53.71") == IN_KUPANG


async def test_a_request_sees_and_changes_what_lies_in_its_callers_area(
    units: Units, tmp_path: Path
) -> None:
    issuer = Issuer(tmp_path / "jwks.json")
    app = application(issuer, stalls())
    app.state.units = units
    app.state.together = Together(units)
    http = client(app)
    assert (await http.get("/public")).json() == []
    bearer = issuer.bearer(area="53.71")
    assert (await http.get("/stalls", headers=bearer)).json() == IN_KUPANG
    answers = [
        await http.post("/stalls", json={"code": code}, headers=bearer | {"Idempotency-Key": code})
        for code in ("53.71.01", "53.13.01")
    ]
    assert [answer.status_code for answer in answers] == [200, 403]
    assert (await http.get("/stalls", headers=bearer)).json() == sorted([*IN_KUPANG, "53.71.01"])


async def test_policies_hold_the_runtime_role_but_not_the_owner_of_the_tables(
    units: Units, owner: AsyncEngine
) -> None:
    async def held(engine: AsyncEngine) -> bool:
        async with engine.connect() as connection:
            return await connection.run_sync(is_held_by_policies)

    assert await held(units.engine)
    assert not await held(owner)
    assert await seen(replace(units, engine=owner), area=NOWHERE) == list(CODES)


async def put(session: AsyncSession, table: type[SQLModel], rows: Rows) -> None:
    await put_rows(session, table, rows, keys=("name",))


async def connection_of(session: AsyncSession) -> int:
    return int(await session.scalar(text("SELECT pg_backend_pid()")) or 0)


class NewStall(BaseModel):
    """What a caller adds."""

    code: str


def stalls() -> APIRouter:
    """Routes over the table."""
    router = APIRouter(route_class=Guarded)

    @router.get("/public", dependencies=[public])
    async def seen_by_anybody(session: Session) -> list[str]:
        return await names(session)

    @router.get("/stalls")
    async def seen_in_area(
        session: Session, _caller: Annotated[Caller, allowed("maker", area=ANYWHERE)]
    ) -> list[str]:
        return await names(session)

    @router.post("/stalls")
    async def add(
        asked: NewStall, command: Annotated[Command, command("maker", area=ANYWHERE)]
    ) -> Response:
        async def added(unit: Unit) -> NewStall:
            row = {"code": asked.code, "name": asked.code}
            await insert_rows(unit.session, Stall, [row])
            return asked

        return await command.run(added)

    return router
