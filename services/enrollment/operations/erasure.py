"""Erase a person: the key is destroyed, and all by which anybody could find the person again.

Every sealed copy, in tables, logs, topics, archives and other services, is noise from then on.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.local_time import local_day
from chassis.state.unit import Unit
from chassis.subject_keys import delete_keys, keys_of
from chassis.web.access import Caller
from contracts.event import Cause
from contracts.refusal import Refused
from services.enrollment.adapters import Tools
from services.enrollment.adapters.identities import HASH_BYTES
from services.enrollment.operations.people import sealed_in, waiting_of
from services.enrollment.queries import covers, people
from services.enrollment.queries import erasure as queries
from services.enrollment.queries import privacy as requests
from services.enrollment.rules import privacy as rules
from services.enrollment.rules.months import month_of
from services.enrollment.rules.privacy import LegalAnswer, Standing
from services.enrollment.rules.retention import Held


class ErasureRosterOpen(Refused):
    """The person stands in a roster, or may, that nobody has decided or that is not done."""

    slug, status, retryable = "erasure-not-allowed-roster-open", 409, True


async def legal_answer(session: AsyncSession, worker_id: UUID, *, now: datetime) -> LegalAnswer:
    """The answer that the law asks for when this worker wants to be erased.

    From here on the transaction works for everywhere.
    """
    await requests.lift_area(session)
    return rules.erasure_answer(await standing(session, worker_id, now=now), now=now)


async def standing(session: AsyncSession, worker_id: UUID, *, now: datetime) -> Standing:
    """What decides whether a worker may be erased. The transaction works for everywhere."""
    this_month = month_of(local_day(now))
    found = await queries.facts(session, worker_id, this_month=this_month)
    return Standing(
        open_claims=found.open_claims,
        in_force=found.in_force,
        held=Held(
            ever_covered=found.ever_covered,
            covered_until=found.covered_until,
            last_paid_on=found.last_paid_on,
            died_on=found.died_on,
        ),
    )


async def erase(
    unit: Unit, waiting: rules.Waiting, *, by: Caller, cause: Cause, tools: Tools
) -> None:
    """Erase a worker who asked for it: key, hashes, what rosters kept; places not begun are given
    up, and what else he asked for is answered. All of it, or nothing.

    Raises: ErasureNotAllowed, ErasureRosterOpen.
    """
    worker_id = waiting.worker_id
    await requests.lift_area(unit.session)
    rules.check_erasable(await standing(unit.session, worker_id, now=unit.now), now=unit.now)
    nik_hashes = await _nik_hashes(unit.session, worker_id, tools=tools)
    open_rosters = await queries.rosters_that_hold(unit.session, nik_hashes, hash_bytes=HASH_BYTES)
    if open_rosters:
        raise ErasureRosterOpen(
            f"roster {open_rosters[0]} may hold this person: have it decided, wait until it is "
            "done, and answer then"
        )
    endings = await covers.going_on(unit.session, [worker_id])
    await unit.record(rules.give_up_places(endings, cause=cause, officer=by.name, now=unit.now))
    others = [waiting_of(each) for each in await requests.unanswered(unit.session, worker_id)]
    await unit.record(rules.close_with_erasure(others, cause=cause, officer=by.name, now=unit.now))
    await unit.record([rules.erase(waiting, cause=cause, officer=by.name, now=unit.now)])
    await _destroy(unit.session, [worker_id], nik_hashes)


async def erase_again(unit: Unit) -> int:
    """Destroy once more what a restored backup brought back of persons who were erased; how many
    keys that were."""
    return await _destroy(unit.session, await queries.erased(unit.session), set())


async def _nik_hashes(session: AsyncSession, worker_id: UUID, *, tools: Tools) -> set[bytes]:
    """Hashes of every NIK under which the worker was ever known: rosters may hold a wrong one."""
    blocks = await people.identities(session, [worker_id])
    for each in await requests.amendments_of(session, worker_id):
        blocks += [sealed_in(each.before), sealed_in(each.after)]
    keys = await keys_of(session, [worker_id])
    persons = (person for b in blocks for person in tools.identities.open([b], keys).values())
    known = {tools.identities.nik_hash(person.nik) for person in persons}
    return known | await queries.found_by(session, worker_id)


async def _destroy(
    session: AsyncSession, worker_ids: Collection[UUID], nik_hashes: set[bytes]
) -> int:
    workers = list(worker_ids)
    looked_up = await queries.delete_lookups(session, workers)
    await queries.delete_findings(session, nik_hashes.union(looked_up))
    return await delete_keys(session, workers)
