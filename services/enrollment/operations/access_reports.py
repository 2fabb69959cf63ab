"""Show one person everything that is held about them, and answer their wish to see it."""

from typing import Literal, NamedTuple
from uuid import UUID

from chassis.correlation import correlation_id
from chassis.local_time import local_day
from chassis.sealing import masked
from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.event import Cause, derived_id
from services.enrollment.adapters import Tools
from services.enrollment.adapters.regions import names
from services.enrollment.models import Reading, Worker
from services.enrollment.operations import erasure
from services.enrollment.operations.people import held_worker, opened, waiting_of
from services.enrollment.operations.register import note_readings
from services.enrollment.queries import holdings
from services.enrollment.queries import privacy as queries
from services.enrollment.queries.privacy import ReadingsAsked
from services.enrollment.rules import privacy as rules
from services.enrollment.rules.access_reports import (
    AccessReport,
    ReadingHeld,
    Residence,
    RetentionHeld,
)
from services.enrollment.rules.places import district_of, region_of
from services.enrollment.rules.retention import reasons_to_keep

WHAT = "access report"
READINGS_MAX = 1_000


class Asking(NamedTuple):
    """Who wants the report, and why."""

    asked_by: Literal["member", "office"]
    reason: str


async def access_report(
    unit: Unit, worker_id: UUID, asking: Asking, *, by: Caller, tools: Tools
) -> AccessReport:
    """Everything that is held about a worker. It is a reading on record; asked for by the member it
    answers every wish of his to see the data, or takes one down and answers it.

    Raises: WorkerUnknown, OutsideArea, WorkerIsErased.
    """
    held = await held_worker(unit.session, worker_id, by=by)
    await note_readings(unit, [worker_id], by=by, reason=asking.reason, what=WHAT)
    if asking.asked_by == "member":
        await _answer(unit, worker_id, by=by)
    await queries.lift_area(unit.session)
    return await _report(unit, held, by=by, tools=tools)


async def _answer(unit: Unit, worker_id: UUID, *, by: Caller) -> None:
    """The member is handed the report: whatever he asked for waits no longer."""
    asked = await queries.unanswered(unit.session, worker_id)
    waiting = [waiting_of(each) for each in asked if each.kind == "access"]
    if not waiting:
        waiting = await _taken_down(unit, worker_id, by=by)
    await unit.record(
        rules.hand_out(each, cause=_cause(each.request_id), officer=by.name, now=unit.now)
        for each in waiting
    )


async def _taken_down(unit: Unit, worker_id: UUID, *, by: Caller) -> list[rules.Waiting]:
    """The wish that the member spoke at the counter; the same officer takes it down once a day,
    however often the report is made."""
    cause = _cause(derived_id(worker_id, f"{WHAT} {local_day(unit.now)} {by.name}"))
    wish = rules.Wish("access")
    received = rules.receive(worker_id, wish, cause=cause, officer=by.name, now=unit.now)
    if await queries.data_request(unit.session, received.request_id) is not None:
        return []
    await unit.record([received])
    return [
        rules.Waiting(
            received.request_id, received.worker_id, "access", received.received_by, answered=False
        )
    ]


def _cause(cause_id: UUID) -> Cause:
    return Cause(cause_id, correlation_id() or cause_id)


async def _report(unit: Unit, held: Worker, *, by: Caller, tools: Tools) -> AccessReport:
    session, worker_id = unit.session, held.worker_id
    person = (await opened(session, [worker_id], identities=tools.identities))[worker_id]
    nik_hash = tools.identities.nik_hash(person.nik)
    readings = await queries.readings(
        session, ReadingsAsked(worker_id), after=None, rows_max=READINGS_MAX
    )
    return AccessReport.model_validate(
        {
            **await holdings.held_of(session, worker_id),
            "worker_id": worker_id,
            "made_at": unit.now,
            "made_by": by.name,
            "identity": person,
            "residence": _residence(held.village_code),
            "has_ktp": held.has_ktp,
            "has_kk": held.has_kk,
            "enrolled_at": held.enrolled_at,
            "roster_id": held.roster_id,
            "warnings": held.warnings,
            "kpj": held.kpj,
            "account": None if held.account_id is None else masked(str(held.account_id)),
            "roster_rows": await holdings.roster_rows(session, nik_hash),
            "readings": [_reading(each) for each in readings],
            "readings_total": await holdings.readings_count(session, worker_id),
            "retention": await _retention(unit, worker_id),
        }
    )


def _residence(village_code: str) -> Residence:
    of_places = names()
    return Residence(
        village_code=village_code,
        village=of_places.get(village_code),
        district=of_places.get(district_of(village_code)),
        region=of_places.get(region_of(village_code)),
    )


def _reading(held: Reading) -> ReadingHeld:
    return ReadingHeld(
        read_at=held.read_at,
        read_by=held.read_by,
        role=held.role,
        what=held.what,
        reason=held.reason,
    )


async def _retention(unit: Unit, worker_id: UUID) -> list[RetentionHeld]:
    standing = await erasure.standing(unit.session, worker_id, now=unit.now)
    return [
        RetentionHeld(
            slug=kept.rule.slug,
            source=kept.rule.source,
            mark=kept.rule.mark,
            destroy_after=kept.destroy_after,
        )
        for kept in reasons_to_keep(standing.held, on=local_day(unit.now))
    ]
