"""Take rosters in, and work through them a batch of rows at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import delete
from sqlmodel import col

from chassis.state.tables import insert_rows
from chassis.state.unit import Unit
from chassis.subject_keys import keep_keys
from chassis.web.access import Caller
from contracts.enrollment import RosterProcessed, RosterReceived
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from contracts.types import ProgrammeId, RosterId
from services.enrollment.adapters import Identities, villages
from services.enrollment.models import IdentityHash, RefusedRow, Roster, StagedRow
from services.enrollment.operations.programmes import ProgrammeUnknown, held_programme
from services.enrollment.queries import programmes, rosters
from services.enrollment.rules import members
from services.enrollment.rules.applicants import Applicant, Intake, RowRefused, applicant
from services.enrollment.rules.members import Place
from services.enrollment.rules.months import local_day, month_of
from services.enrollment.rules.programmes import Reservation

BATCH_ROWS_MAX = 1_000
"""Rows worked through in one transaction: measured best between 500 and 2,000."""


class RosterUnknown(Refused):
    """No roster has this id."""

    slug, status, retryable = "roster-unknown", 404, False


class Received(BaseModel):
    """A roster that was taken in: the same file has the same id."""

    roster_id: UUID


@dataclass(frozen=True)
class RosterFile:
    """A file as it was read: its rows by number (the header is row 1), fields by column."""

    sha256: str
    rows: Mapping[int, Mapping[str, str]]


@dataclass(frozen=True)
class Enrolled:
    """A row that becomes a member, and what was reserved for it."""

    place: Place
    who: Applicant
    nik_hash: bytes
    reserved: Reservation


async def receive(
    unit: Unit, file: RosterFile, *, programme_id: UUID, region_code: str, by: Caller, cause: Cause
) -> Received:
    """Keep a roster to be worked through; the same file again is the same roster.

    Raises: ProgrammeUnknown.
    """
    if await programmes.programme(unit.session, programme_id) is None:
        raise ProgrammeUnknown(f"no programme {programme_id}: see the list of programmes")
    roster_id = RosterId(derived_id(programme_id, f"roster {region_code} {file.sha256}"))
    if await unit.session.get(Roster, roster_id) is not None:
        return Received(roster_id=roster_id)
    await unit.record(
        [
            RosterReceived(
                **cause.stamp("receive-roster", at=unit.now),
                roster_id=roster_id,
                programme_id=ProgrammeId(programme_id),
                region_code=region_code,
                sha256=file.sha256,
                rows=len(file.rows),
                received_by=by.name,
            )
        ]
    )
    staged = [
        {"roster_id": roster_id, "row_number": number, "fields": fields}
        for number, fields in file.rows.items()
    ]
    await insert_rows(unit.session, StagedRow, staged)
    return Received(roster_id=roster_id)


async def work_through(unit: Unit, identities: Identities) -> bool:
    """Work through the next rows of the roster that has waited longest; tell whether there was one.

    Rows, refusals, events and progress are one transaction: after a crash it goes on at the row
    where it stopped.
    """
    roster = await rosters.roster_waiting(unit.session)
    if roster is None:
        return False
    staged = await rosters.staged_rows(unit.session, roster.roster_id, rows_max=BATCH_ROWS_MAX)
    enrolled, refused = await _decide(unit, roster, staged, identities)
    await _enroll(unit, enrolled, identities)
    await _refuse(unit, roster, refused)
    await unit.session.execute(
        delete(StagedRow).where(
            col(StagedRow.roster_id) == roster.roster_id, col(StagedRow.row_number).in_(staged)
        )
    )
    if len(staged) < BATCH_ROWS_MAX:
        await _finish(unit, roster)
    return True


async def _decide(
    unit: Unit, roster: Roster, rows: Mapping[int, Mapping[str, str]], identities: Identities
) -> tuple[list[Enrolled], dict[int, RowRefused]]:
    today = local_day(unit.now)
    read = {
        number: applicant(fields, villages=villages(), region_code=roster.region_code, today=today)
        for number, fields in rows.items()
    }
    refused = {number: why for number, why in read.items() if isinstance(why, RowRefused)}
    fit = {number: who for number, who in read.items() if isinstance(who, Applicant)}
    hashes = {number: identities.nik_hash(who.person.nik) for number, who in fit.items()}
    intake = await _intake(unit, roster, hashes.values(), this_month=month_of(today))
    enrolled: list[Enrolled] = []
    for number, who in fit.items():
        verdict = intake.decide(hashes[number])
        if isinstance(verdict, RowRefused):
            refused[number] = verdict
        else:
            enrolled.append(Enrolled(_place(roster, number), who, hashes[number], verdict))
    return enrolled, refused


async def _intake(
    unit: Unit, roster: Roster, nik_hashes: Iterable[bytes], *, this_month: str
) -> Intake:
    held = await held_programme(unit.session, roster.programme_id)
    known = await rosters.known(unit.session, list(nik_hashes))
    in_file = {nik for nik, roster_id in known.items() if roster_id == roster.roster_id}
    return Intake(
        capacity=await programmes.capacity(unit.session, held, region_code=roster.region_code),
        members=known.keys() - in_file,
        in_file=in_file,
        this_month=this_month,
    )


def _place(roster: Roster, row_number: int) -> Place:
    return Place(
        programme_id=ProgrammeId(roster.programme_id),
        roster_id=RosterId(roster.roster_id),
        row_number=row_number,
        cause=Cause(roster.received_event_id, roster.correlation_id),
    )


async def _enroll(unit: Unit, enrolled: Sequence[Enrolled], identities: Identities) -> None:
    if not enrolled:
        return
    blocks, wrapped = identities.seal([(e.place.worker_id, e.who.person) for e in enrolled])
    await keep_keys(unit.session, wrapped, at=unit.now)
    hashes = [
        {
            "nik_hash": each.nik_hash,
            "worker_id": each.place.worker_id,
            "roster_id": each.place.roster_id,
        }
        for each in enrolled
    ]
    await insert_rows(unit.session, IdentityHash, hashes)
    await unit.record(
        members.enroll(each.place, each.who, block, reserved=each.reserved, now=unit.now)
        for each, block in zip(enrolled, blocks, strict=True)
    )


async def _refuse(unit: Unit, roster: Roster, refused: Mapping[int, RowRefused]) -> None:
    rows = [
        {"roster_id": roster.roster_id, "row_number": number, **why._asdict()}
        for number, why in refused.items()
    ]
    if rows:
        await insert_rows(unit.session, RefusedRow, rows)


async def _finish(unit: Unit, roster: Roster) -> None:
    refused = await rosters.refused_by_reason(unit.session, roster.roster_id)
    await unit.record(
        [
            RosterProcessed(
                **Cause(roster.received_event_id, roster.correlation_id).stamp(
                    "process-roster", at=unit.now
                ),
                roster_id=RosterId(roster.roster_id),
                programme_id=ProgrammeId(roster.programme_id),
                enrolled=roster.row_count - sum(refused.values()),
                refused=refused,
            )
        ]
    )
