"""Correct what is known of a worker, and show what was corrected."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.local_time import local_day
from chassis.state.tables import update_rows
from chassis.state.unit import Unit
from chassis.subject_keys import keys_of
from chassis.web.access import Caller
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.sealed import Sealed
from services.enrollment.adapters import Tools
from services.enrollment.models import Amendment, PersonLookup, Worker
from services.enrollment.operations.people import (
    held_worker,
    opened,
    sealed_in,
    seen_worker,
)
from services.enrollment.operations.register import note_readings
from services.enrollment.queries import privacy as queries
from services.enrollment.rules import amendments as rules
from services.enrollment.rules.applicants import AGE_LIMIT, Applicant, Person, birthday


class NikOfAnother(Refused):
    """The corrected NIK belongs to another worker."""

    slug, status, retryable = "nik-of-another", 409, False


class Doubt(BaseModel):
    """Something doubtful about the corrected person, to look at; it stopped nothing."""

    field: str
    slug: str
    reason: str


class Amended(BaseModel):
    """A correction that was made."""

    worker_id: UUID
    fields: list[str]
    warnings: list[Doubt]


class Versions(BaseModel):
    """A field before and after a correction."""

    field: str
    before: str
    after: str


class AmendmentLine(BaseModel):
    """A correction: which fields, who made it, when, on which request."""

    amendment_id: UUID
    fields: list[str]
    amended_by: str
    amended_at: datetime
    request_id: UUID
    changes: list[Versions] | None
    """What the fields said, when it was asked for with a reason; none after an erasure."""


class Amendments(BaseModel):
    """The corrections of a worker, the oldest first."""

    worker_id: UUID
    amendments: list[AmendmentLine]


class Correcting(NamedTuple):
    """A correction to make: which words, and the request or command that asked for it."""

    wanted: Mapping[str, str]
    request_id: UUID
    cause: Cause


async def amend_worker(
    unit: Unit,
    worker_id: UUID,
    wanted: Mapping[str, str],
    *,
    by: Caller,
    cause: Cause,
    tools: Tools,
) -> Amended:
    """Write down what changed in a member's life, or the papers that arrived.

    Raises: WorkerUnknown, OutsideArea, WorkerIsErased, CorrectionRefused, NothingToCorrect.
    """
    held = await held_worker(unit.session, worker_id, by=by)
    return await correct(unit, held, Correcting(wanted, cause.cause_id, cause), by=by, tools=tools)


async def correct(
    unit: Unit, held: Worker, correcting: Correcting, *, by: Caller, tools: Tools
) -> Amended:
    """Judge a corrected person as a row of a roster, and record both versions, sealed.

    From here on the transaction works for everywhere: the member may have moved out of the area.
    Raises: CorrectionRefused, NothingToCorrect, NikOfAnother.
    """
    await queries.lift_area(unit.session)
    before = await applicant(unit.session, held, tools=tools)
    judging = rules.Judging(tools.regions, tools.age_min, local_day(held.enrolled_at))
    corrected = rules.correct(before, correcting.wanted, by=judging)
    after = corrected.now
    await _check_nik(unit.session, held.worker_id, after.person, tools=tools)
    block = await _sealed(unit.session, held, before, after, tools=tools)
    change = rules.Change(
        held.worker_id,
        before=rules.Version(before.village_code, sealed_in(held.identity)),
        after=rules.Version(after.village_code, block),
        request_id=correcting.request_id,
    )
    cause = correcting.cause
    event = rules.amend(corrected, change, cause=cause, officer=by.name, now=unit.now)
    await unit.record([event])
    await _find_by(unit.session, held.worker_id, after.person, tools=tools)
    return Amended(
        worker_id=held.worker_id,
        fields=list(corrected.fields),
        warnings=[
            Doubt(field=each.field, slug=each.slug, reason=each.reason)
            for each in corrected.warnings
        ],
    )


async def applicant(session: AsyncSession, held: Worker, *, tools: Tools) -> Applicant:
    """A worker as the roster would bring him today."""
    people = await opened(session, [held.worker_id], identities=tools.identities)
    return Applicant(people[held.worker_id], held.village_code, held.has_ktp, held.has_kk)


async def amendments_of(
    unit: Unit, worker_id: UUID, *, reason: str | None, by: Caller, tools: Tools
) -> Amendments:
    """The corrections of a worker; with a reason also what the fields said, which is a reading on
    record. Raises: WorkerUnknown, OutsideArea.
    """
    await seen_worker(unit.session, worker_id, by=by)
    found = await queries.amendments_of(unit.session, worker_id)
    keys = await keys_of(unit.session, [worker_id])
    if reason is None or not found or not keys:
        return Amendments(worker_id=worker_id, amendments=[_line(each, None) for each in found])
    await note_readings(unit, [worker_id], by=by, reason=reason, what="amendments")
    lines = [_line(each, _changes(each, keys=keys, tools=tools)) for each in found]
    return Amendments(worker_id=worker_id, amendments=lines)


async def _check_nik(
    session: AsyncSession, worker_id: UUID, person: Person, *, tools: Tools
) -> None:
    owner = await queries.worker_of_nik(session, tools.identities.nik_hash(person.nik))
    if owner not in (None, worker_id):
        raise NikOfAnother(
            "another member has this NIK: compare both identity cards; if it is the same person, "
            "decide the review of the possible duplicate"
        )


async def _sealed(
    session: AsyncSession, held: Worker, before: Applicant, after: Applicant, *, tools: Tools
) -> Sealed:
    """The block of the corrected person; the same as before when only place or papers changed."""
    if before.person == after.person:
        return sealed_in(held.identity)
    wrapped = (await keys_of(session, [held.worker_id]))[held.worker_id]
    return tools.identities.seal_again(held.worker_id, after.person, wrapped)


async def _find_by(session: AsyncSession, worker_id: UUID, person: Person, *, tools: Tools) -> None:
    """Let the worker be found by what is known now, and by nothing that was wrong."""
    hashes = tools.identities.hashes(person)
    lookup = {
        "worker_id": worker_id,
        "nik_hash": hashes.nik,
        "kk_hash": hashes.kk,
        "family_hash": hashes.family,
        "limit_on": birthday(person.born_on, age=AGE_LIMIT),
    }
    await update_rows(session, PersonLookup, [lookup], keys=("worker_id",))


def _line(held: Amendment, changes: list[Versions] | None) -> AmendmentLine:
    return AmendmentLine(
        amendment_id=held.event_id,
        fields=held.fields,
        amended_by=held.amended_by,
        amended_at=held.amended_at,
        request_id=held.request_id,
        changes=changes,
    )


def _changes(held: Amendment, *, keys: Mapping[UUID, bytes], tools: Tools) -> list[Versions]:
    blocks = [sealed_in(held.before), sealed_in(held.after)]
    was, is_ = (tools.identities.open([block], keys)[held.worker_id] for block in blocks)
    papers_before = (held.has_ktp ^ ("ktp" in held.fields), held.has_kk ^ ("kk" in held.fields))
    before = rules.row_of(Applicant(was, held.village_before or held.village_code, *papers_before))
    after = rules.row_of(Applicant(is_, held.village_code, held.has_ktp, held.has_kk))
    return [Versions(field=name, before=before[name], after=after[name]) for name in held.fields]
