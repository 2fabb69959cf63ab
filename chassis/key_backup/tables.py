"""The tables that hold keys of persons or find a person: no event holds them, and no other backup
may."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.key_backup.sealed_file import KeyBackup, Rows
from chassis.state.unit import Unit

KEYS = "subject_key"
KEPT_DAYS = 30
PORTION_ROWS = 5_000


async def _nobody(_session: AsyncSession) -> set[UUID]:
    return set()


async def _nothing(_unit: Unit) -> int:
    return 0


def _destroyed_after(today: date) -> date:
    return today + timedelta(days=KEPT_DAYS)


@dataclass(frozen=True)
class PersonalKeys:
    """What of a service is backed up apart, and how its erasures are kept."""

    tables: Mapping[str, str] = field(default_factory=lambda: {KEYS: "subject"})
    """Their names, and the column of each that names the person or what it is about."""
    erased: Callable[[AsyncSession], Awaitable[set[UUID]]] = _nobody
    """Everybody who was ever erased, as the event log says."""
    erase_again: Callable[[Unit], Awaitable[int]] = _nothing
    """Destroys once more what is there of them; how many keys that were."""
    destroyed_after: Callable[[date], date] = _destroyed_after
    """Until when a backup of that day may be kept."""


class Restored(NamedTuple):
    """What became of the keys in a backup."""

    restored: int
    kept: int
    """Persons who had their key still."""
    withheld: int
    """Persons who were erased since: their keys do not come back."""
    erased_again: int
    """Keys of erased persons that were in the database, as an old copy of it has them."""


async def back_up(unit: Unit, keys: PersonalKeys) -> KeyBackup:
    """All keys, still wrapped, and when the copy has to be destroyed."""
    today = unit.now.date()
    tables: dict[str, Rows] = {}
    for name, column in keys.tables.items():
        found = await unit.session.scalars(
            text(f"SELECT to_jsonb(t) FROM {name} t ORDER BY {column}")  # noqa: S608  (own names)
        )
        tables[name] = list(found)
    return KeyBackup(unit.now, keys.destroyed_after(today), tables)


async def restore(unit: Unit, backup: KeyBackup, keys: PersonalKeys) -> Restored:
    """Bring rows back, but none of anybody whom the event log says was erased; and erase these once
    more, whatever an old copy of the database brought back of them."""
    erased = {str(each) for each in await keys.erased(unit.session)}
    brought, owed = 0, 0
    for name, column in keys.tables.items():
        rows = [row for row in backup.tables.get(name, ()) if row[column] not in erased]
        inserted = await _insert(unit.session, name, rows)
        if name == KEYS:
            brought, owed = inserted, len(rows)
    return Restored(
        restored=brought,
        kept=owed - brought,
        withheld=len(backup.tables.get(KEYS, ())) - owed,
        erased_again=await keys.erase_again(unit),
    )


async def _insert(session: AsyncSession, name: str, rows: Rows) -> int:
    statement = text(
        f"INSERT INTO {name} "  # noqa: S608  (own names)
        f"SELECT * FROM jsonb_populate_recordset(NULL::{name}, CAST(:rows AS jsonb)) "
        "ON CONFLICT DO NOTHING RETURNING 1"
    )
    return sum(
        [
            len((await session.execute(statement, {"rows": json.dumps(portion)})).all())
            for portion in _portions(rows)
        ]
    )


def _portions(rows: Rows) -> Sequence[Sequence[object]]:
    return [rows[at : at + PORTION_ROWS] for at in range(0, len(rows), PORTION_ROWS)]
