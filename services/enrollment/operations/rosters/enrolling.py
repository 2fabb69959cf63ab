"""Make members of the fit rows of an approved roster, a chunk at a time."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from chassis.state.tables import insert_rows
from chassis.state.unit import Unit
from chassis.subject_keys import keep_keys
from services.enrollment.adapters import Tools
from services.enrollment.models import PersonLookup, Roster
from services.enrollment.operations.programmes import held_programme
from services.enrollment.operations.rosters.staging import (
    Judged,
    cipher_of,
    judged,
    keep_findings,
)
from services.enrollment.operations.rosters.standing import lineage_of
from services.enrollment.queries import people, programmes
from services.enrollment.queries import rosters as queries
from services.enrollment.rules import rosters as rules
from services.enrollment.rules.applicants import AGE_LIMIT, Finding, birthday
from services.enrollment.rules.intake import Admitted, Intake, Row
from services.enrollment.rules.months import local_day, month_of
from services.enrollment.rules.reviews import Suspicion, raise_duplicates


class Fresh(NamedTuple):
    """A row that becomes a worker nobody knew."""

    place: rules.Place
    admitted: Admitted


async def enroll_rows(unit: Unit, *, tools: Tools) -> bool:
    """Work through the next chunk of the roster that was approved first; tell whether there was
    one.

    Rows, refusals, events and progress are one transaction: after a crash it goes on at the row
    where it stopped.
    """
    roster = await queries.roster_to_enroll(unit.session)
    if roster is None:
        return False
    staged = await queries.staged_roster(unit.session, roster.roster_id)
    chunk = await queries.chunk_to_enroll(unit.session, roster.roster_id)
    if chunk is not None:
        today = local_day(unit.now)
        rows = await asyncio.to_thread(judged, chunk, staged, roster, tools=tools, today=today)
        verdicts = await queries.verdicts(unit.session, roster.roster_id, list(rows.rows))
        admitted, refused = await _decide(unit, roster, rows, verdicts)
        await keep_findings(
            unit, roster.roster_id, rows, refused, cipher=cipher_of(staged, tools=tools), others={}
        )
        await _enroll(unit, roster, rows, admitted, verdicts=verdicts, tools=tools)
        await queries.chunk_enrolled(unit.session, roster.roster_id, chunk.chunk, len(admitted))
    if chunk is None or not await queries.chunks_left_to_enroll(unit.session, roster.roster_id):
        await _finish(unit, roster)
    return True


async def _decide(
    unit: Unit, roster: Roster, rows: Judged, verdicts: Mapping[int, queries.Verdict]
) -> tuple[list[Admitted], dict[int, list[Finding]]]:
    """Decide again, under the programme's lock: others may have taken places and money since."""
    held = await held_programme(unit.session, roster.programme_id)
    this_month = month_of(local_day(unit.now))
    refused = {
        number: list(found)
        for number, found in rows.findings.items()
        if found[0].severity == "refused" and number not in verdicts
    }
    candidates = [
        Row(number, passed.who, passed.hashes.nik)
        for number, passed in rows.passed.items()
        if not (number in verdicts and verdicts[number].refused)
    ]
    intake = Intake(
        capacity=await programmes.capacity(unit.session, held.programme_id),
        known=await people.known(
            unit.session,
            [row.nik_hash for row in candidates],
            programme_id=held.programme_id,
            this_month=this_month,
        ),
        this_month=this_month,
    )
    admitted = intake.decide(
        candidates, refuse=lambda row, found: refused.__setitem__(row.number, [found])
    )
    return admitted, refused


async def _enroll(
    unit: Unit,
    roster: Roster,
    rows: Judged,
    admitted: Sequence[Admitted],
    *,
    verdicts: Mapping[int, queries.Verdict],
    tools: Tools,
) -> None:
    assert roster.decided_event_id is not None  # noqa: S101  (it was approved)
    lineage = lineage_of(roster, cause_id=roster.decided_event_id)
    places = [rules.Place(lineage, each.row.number) for each in admitted]
    fresh = [Fresh(p, a) for p, a in zip(places, admitted, strict=True) if a.known is None]
    again = [Fresh(p, a) for p, a in zip(places, admitted, strict=True) if a.known is not None]
    blocks, wrapped = await asyncio.to_thread(
        tools.identities.seal,
        [(each.place.worker_id, each.admitted.row.who.person) for each in fresh],
    )
    await keep_keys(unit.session, wrapped, at=unit.now)
    await _keep_hashes(unit, rows, fresh)
    warnings = {number: verdict.warnings for number, verdict in verdicts.items()}
    await unit.record(
        rules.enroll(
            each.place, each.admitted, block,
            warnings=warnings.get(each.place.row_number, ()), now=unit.now,
        )
        for each, block in zip(fresh, blocks, strict=True)
    )  # fmt: skip
    await unit.record(
        rules.take_in_again(each.place, each.admitted, now=unit.now) for each in again
    )
    await unit.record(
        raise_duplicates(_suspicions(fresh, verdicts), cause=lineage.cause, now=unit.now)
    )


def _suspicions(fresh: Sequence[Fresh], verdicts: Mapping[int, queries.Verdict]) -> list[Suspicion]:
    return [
        Suspicion(
            worker_id=each.place.worker_id,
            village_code=each.admitted.row.who.village_code,
            other_worker_id=verdicts[each.place.row_number].other_worker_id,
        )
        for each in fresh
        if each.place.row_number in verdicts
        and "possible-duplicate" in verdicts[each.place.row_number].warnings
    ]


async def _keep_hashes(unit: Unit, rows: Judged, fresh: Sequence[Fresh]) -> None:
    await insert_rows(
        unit.session,
        PersonLookup,
        [
            {
                "worker_id": each.place.worker_id,
                "nik_hash": rows.passed[each.place.row_number].hashes.nik,
                "kk_hash": rows.passed[each.place.row_number].hashes.kk,
                "family_hash": rows.passed[each.place.row_number].hashes.family,
                "limit_on": birthday(each.admitted.row.who.person.born_on, age=AGE_LIMIT),
            }
            for each in fresh
        ],
    )


async def _finish(unit: Unit, roster: Roster) -> None:
    roster_id: UUID = roster.roster_id
    assert roster.decided_event_id is not None  # noqa: S101  (it was approved)
    event = rules.processed(
        lineage_of(roster, cause_id=roster.decided_event_id),
        enrolled=await queries.enrolled_so_far(unit.session, roster_id),
        refused=await queries.refused_by_reason(unit.session, roster_id),
        now=unit.now,
    )
    await unit.record([event])
    await queries.forget_chunks(unit.session, roster_id)
