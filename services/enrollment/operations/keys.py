"""The keys of persons: which tables hold them, and how they are wrapped anew."""

from datetime import date, timedelta
from typing import NamedTuple

from chassis.key_backup.tables import KEYS, PersonalKeys
from chassis.sealing import KeyWrap
from chassis.state.unit import Unit
from services.enrollment.operations.erasure import erase_again
from services.enrollment.queries import erasure
from services.enrollment.queries import keys as queries
from services.enrollment.rules.retention import rule_of


class ServiceRuns(Exception):
    """A process that holds the old master key is connected to the database."""


class Rewrapped(NamedTuple):
    """How many keys are wrapped under the new master key."""

    persons: int
    rosters: int


def _destroyed_after(today: date) -> date:
    return today + timedelta(days=rule_of("key-backups", on=today).days)


PERSONAL = PersonalKeys(
    tables={KEYS: "subject", "person_lookup": "worker_id", "staged_roster": "roster_id"},
    erased=erasure.erased,
    erase_again=erase_again,
    destroyed_after=_destroyed_after,
)
"""Keys, what a person is found by, and the keys under which rosters wait."""


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
