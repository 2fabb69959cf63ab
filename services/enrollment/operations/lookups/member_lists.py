"""Lists of members: a page at a time on a screen, or whole as a file to take out."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import RowMapping

from chassis.state.unit import Unit
from chassis.web.access import Caller
from chassis.web.reading import Notes
from chassis.web.sheets import Cell
from contracts.refusal import Refused
from services.enrollment.adapters import Tools
from services.enrollment.adapters.regions import names
from services.enrollment.operations.lookups.members import CardState, Standing
from services.enrollment.operations.people import opened
from services.enrollment.operations.register import note_export, note_readings
from services.enrollment.queries import member_lists as queries
from services.enrollment.queries.member_lists import Key, Wanted
from services.enrollment.rules.masking import Shown, Sight, shown, sight_of

ROWS_PAGE_MAX = 1_000
EXPORT_ROWS_MAX = 100_000
COLUMNS = (
    "worker_id", "kpj", "name", "nik", "village_code", "village", "district", "programme_id",
    "status", "first_month", "last_month", "covered_from", "months_billed", "months_paid",
    "arrears_months", "ended_on", "end_reason", "card", "account_linked",
)  # fmt: skip
"""Of a file, in their order."""
_UNSEEN: Mapping[Sight, frozenset[str]] = {
    "sealed": frozenset({"name", "nik"}), "masked": frozenset({"nik"}), "named": frozenset(),
}  # fmt: skip
"""Columns that a file has not, because its reader may not see what would stand in them."""
_KEY_BYTES = 32
_CHECK_BYTES = 8


class CursorInvalid(Refused):
    """A cursor continues the list that gave it, and no other."""

    slug, status, retryable = "cursor-invalid", 422, False


class ListTooLong(Refused):
    """A file holds so many members and no more."""

    slug, status, retryable = "list-too-long", 422, False


class MemberLine(Standing):
    """A membership in a list, and whose it is, as far as the caller may see."""

    worker_id: UUID
    kpj: str | None
    village_code: str
    village: str | None
    district: str | None
    card: CardState
    account_linked: bool
    name: str | None
    nik: str | None


class Members(BaseModel):
    """A page of memberships."""

    sight: Sight
    """How much of who they are is shown."""
    members: list[MemberLine]
    next_cursor: str | None
    """What to ask with for the next page; none on the last."""
    total: int | None
    """Rows on all pages, if asked for."""


class Turn(NamedTuple):
    """Which page of a list."""

    cursor: str | None
    limit: int
    counted: bool


@dataclass(frozen=True)
class Look:
    """Who looks at members, and why; with what their records are opened."""

    by: Caller
    reason: str | None
    tools: Tools

    @property
    def sight(self) -> Sight:
        """How much the caller sees."""
        return sight_of(self.by.role, reason=self.reason)

    async def lines(self, unit: Unit, rows: Sequence[RowMapping], *, what: str) -> list[MemberLine]:
        """The rows as the caller sees them; whose record is opened for it is put on record."""
        seen = [row for row in rows if row["seen"]]
        who = await self._opened(unit, {row["worker_id"] for row in seen}, what=what)
        return [_line(row, who.get(row["worker_id"], Shown())) for row in seen]

    async def _opened(self, unit: Unit, worker_ids: set[UUID], *, what: str) -> dict[UUID, Shown]:
        if self.sight == "sealed" or self.reason is None:
            return {}
        persons = await opened(unit.session, sorted(worker_ids), identities=self.tools.identities)
        await note_readings(unit, persons, by=self.by, reason=self.reason, what=what)
        return {worker_id: shown(person, self.sight) for worker_id, person in persons.items()}


async def members_of(unit: Unit, wanted: Wanted, turn: Turn, *, look: Look) -> Members:
    """A page of a list. Raises: OutsideArea, CursorInvalid."""
    look.by.check_area(wanted.area)
    after = None if turn.cursor is None else _key_in(turn.cursor, wanted)
    rows = await queries.page(unit.session, wanted, after=after, limit=turn.limit)
    full = len(rows) == turn.limit
    return Members(
        sight=look.sight,
        members=await look.lines(unit, rows, what="member list"),
        next_cursor=_cursor_at(_key_of(rows[-1]), wanted) if full else None,
        total=await queries.count(unit.session, wanted) if turn.counted else None,
    )


class Place(NamedTuple):
    """How far a list has gone out."""

    after: Key | None
    left: int
    """Rows that may still go."""


@dataclass(frozen=True)
class Export:
    """A whole list on its way out."""

    notes: Notes
    wanted: Wanted
    look: Look

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns; who it is stands there only as far as the caller sees it."""
        unseen = _UNSEEN[self.look.sight]
        return tuple(name for name in COLUMNS if name not in unseen)

    async def rows(self) -> AsyncIterator[Sequence[Cell]]:
        """The cells of each row. Every page is a transaction of its own, however slowly the client
        reads, and the readings in it are on record before it goes out."""
        place = Place(None, EXPORT_ROWS_MAX)
        while place.left > 0:
            lines, place = await self.notes.run(partial(self._page, place=place))
            for line in lines:
                yield [getattr(line, name) for name in self.columns]

    async def _page(self, unit: Unit, *, place: Place) -> tuple[list[MemberLine], Place]:
        limit = min(place.left, ROWS_PAGE_MAX)
        rows = await queries.page(unit.session, self.wanted, after=place.after, limit=limit)
        lines = await self.look.lines(unit, rows, what="member list, taken out")
        if len(rows) < limit:
            return lines, Place(None, 0)
        return lines, Place(_key_of(rows[-1]), place.left - len(rows))


async def export(notes: Notes, wanted: Wanted, *, look: Look, reason: str) -> Export:
    """Take a list out; that it goes is on record before its first row does.

    Raises: OutsideArea, ListTooLong.
    """
    look.by.check_area(wanted.area)
    await notes.run(partial(_noted, wanted=wanted, look=look, reason=reason))
    return Export(notes, wanted, look)


async def _noted(unit: Unit, *, wanted: Wanted, look: Look, reason: str) -> None:
    rows = await queries.count(unit.session, wanted)
    if rows > EXPORT_ROWS_MAX:
        raise ListTooLong(
            f"{rows:,} rows are wanted and a file holds {EXPORT_ROWS_MAX:,}: "
            "ask for one kabupaten or kota at a time"
        )
    await note_export(
        unit, by=look.by, reason=reason, what="member list", rows=rows,
        masked=look.sight != "named",
    )  # fmt: skip


def _line(row: RowMapping, who: Shown) -> MemberLine:
    of_places = names()
    return MemberLine.model_validate(
        dict(row)
        | {
            "village": of_places.get(row["village_code"]),
            "district": of_places.get(row["district_code"]),
            "name": who.name,
            "nik": who.nik,
        }
    )


def _key_of(row: RowMapping) -> Key:
    return row["worker_id"], row["programme_id"]


def _cursor_at(key: Key, wanted: Wanted) -> str:
    worker_id, programme_id = key
    place = worker_id.bytes + programme_id.bytes
    return urlsafe_b64encode(place + _check(place, wanted)).decode().rstrip("=")


def _key_in(cursor: str, wanted: Wanted) -> Key:
    """The key in a cursor. Raises: CursorInvalid."""
    try:
        given = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (NotBase64, ValueError):
        given = b""
    place, check = given[:_KEY_BYTES], given[_KEY_BYTES:]
    if check != _check(place, wanted):
        raise CursorInvalid("this is no cursor of this list: begin again without one")
    return UUID(bytes=place[:16]), UUID(bytes=place[16:])


def _check(place: bytes, wanted: Wanted) -> bytes:
    """What keeps a cursor with its list. It guards against mistakes: a cursor opens nothing that
    the caller may not see."""
    return sha256(place + repr(wanted).encode()).digest()[:_CHECK_BYTES]
