"""Back up the keys of persons, bring them back, wrap them anew."""

from datetime import timedelta
from typing import NamedTuple

from chassis.sealing import KeyWrap
from chassis.state.unit import Unit
from services.enrollment.adapters.key_backup_files import KeyBackup, WrappedKey
from services.enrollment.operations.erasure import erase_again
from services.enrollment.queries import erasure
from services.enrollment.queries import keys as queries
from services.enrollment.rules.retention import rule_of


class ServiceRuns(Exception):
    """A process that holds the old master key is connected to the database."""


class Restored(NamedTuple):
    """What became of the keys in a backup."""

    restored: int
    kept: int
    """Persons who had their key still."""
    withheld: int
    """Persons who were erased since: their keys do not come back."""
    erased_again: int
    """Keys of erased persons that were in the database, as an old copy of it has them."""


class Rewrapped(NamedTuple):
    """How many keys are wrapped under the new master key."""

    persons: int
    rosters: int


async def back_up(unit: Unit) -> KeyBackup:
    """All keys of persons, still wrapped, and when the copy has to be destroyed."""
    today = unit.now.date()
    rule = rule_of("key-backups", on=today)
    keys = [WrappedKey._make(key) for key in await queries.keys_of_persons(unit.session)]
    return KeyBackup(made_at=unit.now, destroy_after=today + timedelta(days=rule.days), keys=keys)


async def restore(unit: Unit, backup: KeyBackup) -> Restored:
    """Bring keys back, but none of anybody whom the event log says was erased; and erase these once
    more, whatever an old copy of the database brought back of them."""
    erased = await erasure.erased(unit.session)
    owed = [queries.Held._make(key) for key in backup.keys if key.subject not in erased]
    restored = await queries.bring_back(unit.session, owed)
    return Restored(
        restored=restored,
        kept=len(owed) - restored,
        withheld=len(backup.keys) - len(owed),
        erased_again=await erase_again(unit),
    )


async def rewrap(unit: Unit, *, old: KeyWrap, new: KeyWrap, application: str) -> Rewrapped:
    """Wrap the keys of persons and of rosters that wait under another master key: all or none.

    `application`: the name under which processes of the service are connected; there may be none,
    since a key that one of them wrapped under the old master key would be lost.
    Raises: ServiceRuns, SealBroken when one does not open under the old master key.
    """
    if await queries.connections(unit.session, application=application):
        raise ServiceRuns("the service runs and holds the old master key: stop it first")
    persons = {
        key.subject: new.wrap(key.subject, old.unwrap(key.subject, key.wrapped))
        for key in await queries.keys_of_persons(unit.session)
    }
    rosters = {
        roster_id: new.wrap(roster_id, old.unwrap(roster_id, wrapped))
        for roster_id, wrapped in (await queries.keys_of_rosters(unit.session)).items()
    }
    await queries.rewrap(unit.session, persons=persons, rosters=rosters)
    return Rewrapped(len(persons), len(rosters))
