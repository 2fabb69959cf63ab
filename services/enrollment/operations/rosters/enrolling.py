"""Make members of the fit rows of an approved roster, a chunk at a time."""

import asyncio
from collections.abc import Collection, Coroutine, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from chassis.failpoints import failpoint
from chassis.state.tables import insert_rows
from chassis.state.unit import Unit
from chassis.subject_keys import keep_keys
from contracts.types import WorkerId
from services.enrollment.adapters import Tools
from services.enrollment.adapters.identities import Hashes, Identities, SealedPerson
from services.enrollment.adapters.staging import ReadyRow, RosterCipher
from services.enrollment.models import PersonLookup, Roster, StagedChunk
from services.enrollment.operations.programmes import held_programme
from services.enrollment.operations.rosters.replacing import note_replacement
from services.enrollment.operations.rosters.staging import MOMENT_ROWS, keep_findings
from services.enrollment.operations.rosters.standing import lineage_of
from services.enrollment.operations.rosters.working import Ahead, Work
from services.enrollment.queries import people, programmes, row_findings
from services.enrollment.queries import rosters as queries
from services.enrollment.queries.row_findings import Verdict
from services.enrollment.rules import rosters as rules
from services.enrollment.rules.applicants import (
    AGE_LIMIT,
    Finding,
    birth_refusal,
    birthday,
)
from services.enrollment.rules.intake import Admitted, Intake, Row
from services.enrollment.rules.reviews import Suspicion, raise_duplicates

Verdicts = Mapping[int, Verdict]
"""What was found about rows when they were validated, by number."""


class Taken(NamedTuple):
    """A row that becomes a member."""

    place: rules.Place
    admitted: Admitted

    @property
    def worker_id(self) -> WorkerId:
        """Who it is: somebody who was known keeps the id."""
        known = self.admitted.known
        return self.place.worker_id if known is None else WorkerId(known.worker_id)


class Prepared(NamedTuple):
    """What can be computed of a chunk before anything is decided about it."""

    rows: Mapping[int, ReadyRow]
    """The rows that were fit when the roster was validated, by number."""
    sealed: Mapping[int, SealedPerson]
    """Who each is, sealed for the worker that it would become."""

    def hashes(self, number: int) -> Hashes:
        """By what a row's person is found."""
        return Hashes.of(bytes.fromhex(self.rows[number].hashes))

    def without(self, numbers: Collection[int]) -> "Prepared":
        """The same without these rows."""
        return self._replace(rows={n: row for n, row in self.rows.items() if n not in numbers})


def _prepared(work: Work, chunk: StagedChunk) -> Coroutine[Any, Any, Prepared]:
    return _prepare(work.cipher, work.tools.identities, chunk.roster_id, chunk.ready or b"")


async def _prepare(
    cipher: RosterCipher, identities: Identities, roster_id: UUID, ready: bytes
) -> Prepared:
    rows = {row.number: row for row in cipher.open_ready(ready)}
    people: dict[int, SealedPerson] = {}
    for place, row in enumerate(rows.values()):
        if place % MOMENT_ROWS == 0:
            await asyncio.sleep(0)
        worker_id = rules.worker_id_of(roster_id, row.number)
        people[row.number] = identities.seal(worker_id, row.person)
    return Prepared(rows, people)


async def enroll_rows(unit: Unit, *, tools: Tools, ahead: Ahead[Prepared]) -> bool:
    """Work through the next chunk of the roster that was approved first; tell whether there was
    one.

    Rows, refusals, events and progress are one transaction: after a crash it goes on at the row
    where it stopped.
    """
    roster = await queries.roster_to_enroll(unit.session)
    if roster is None:
        return False
    chunk = await queries.chunk_to_enroll(unit.session, roster.roster_id)
    if chunk is not None:
        work = await Work.on(unit, roster, tools=tools)
        prepared = await work.ahead(chunk, ahead, partial(_prepared, work))
        verdicts = await row_findings.verdicts(unit.session, roster.roster_id, list(prepared.rows))
        there = await _there(work, prepared)
        admitted, refused = await _decide(work, prepared.without(there), verdicts)
        await _keep_refusals(work, chunk, refused, verdicts)
        await _enroll(work, prepared, admitted, verdicts)
        enrolled = len(admitted) + len(there)
        await queries.chunk_enrolled(unit.session, roster.roster_id, chunk.chunk, enrolled)
        await failpoint("rosters.chunk-enrolled")
    if chunk is None or not await queries.chunks_left_to_enroll(unit.session, roster.roster_id):
        await _finish(unit, roster)
    return True


async def _there(work: Work, prepared: Prepared) -> set[int]:
    """Rows whose workers the log knows already, as it may when the database was recovered."""
    ids: dict[UUID, int] = {
        rules.worker_id_of(work.roster.roster_id, number): number for number in prepared.rows
    }
    return {ids[each] for each in await people.workers_among(work.unit.session, list(ids))}


async def _decide(
    work: Work, prepared: Prepared, verdicts: Verdicts
) -> tuple[list[Admitted], dict[int, Sequence[Finding]]]:
    """Decide again, under the programme's lock: others may have taken places and money since,
    somebody may have grown too old, and the second person may have left somebody out."""
    session = work.unit.session
    held = await held_programme(session, work.roster.programme_id)
    refused: dict[int, Sequence[Finding]] = {}
    candidates: list[Row] = []
    for row in prepared.rows.values():
        too_old = birth_refusal(
            date.fromisoformat(row.born_on), today=work.today, age_min=work.tools.age_min
        )
        if row.number in verdicts and verdicts[row.number].refused:
            continue
        if too_old is not None:
            refused[row.number] = [too_old]
        else:
            nik_hash = prepared.hashes(row.number).nik
            candidates.append(Row(row.number, nik_hash, row.village_code, row.has_ktp, row.has_kk))
    intake = Intake(
        capacity=await programmes.capacity(session, held.programme_id),
        known=await people.known(
            session,
            [row.nik_hash for row in candidates],
            programme_id=held.programme_id,
            this_month=work.this_month,
        ),
        this_month=work.this_month,
    )
    admitted = intake.decide(
        candidates, refuse=lambda row, found: refused.__setitem__(row.number, [found])
    )
    return admitted, refused


async def _keep_refusals(
    work: Work,
    chunk: StagedChunk,
    refused: Mapping[int, Sequence[Finding]],
    verdicts: Verdicts,
) -> None:
    """Some of these rows stand in the report already, with a warning."""
    roster_id = work.roster.roster_id
    fresh = {number: found for number, found in refused.items() if number not in verdicts}
    if fresh:
        rows = await work.judged(chunk)
        await keep_findings(work.unit, roster_id, rows, fresh, cipher=work.cipher, others={})
    warned = {number: found for number, found in refused.items() if number in verdicts}
    await row_findings.refuse_warned(work.unit.session, roster_id, warned)


async def _enroll(
    work: Work, prepared: Prepared, admitted: Sequence[Admitted], verdicts: Verdicts
) -> None:
    unit, lineage = work.unit, _lineage(work.roster)
    taken = [Taken(rules.Place(lineage, each.row.number), each) for each in admitted]
    fresh = [each for each in taken if each.admitted.known is None]
    again = [each for each in taken if each.admitted.known is not None]
    people = [prepared.sealed[each.place.row_number] for each in fresh]
    keys: dict[UUID, bytes] = {
        each.place.worker_id: who.wrapped for each, who in zip(fresh, people, strict=True)
    }
    await keep_keys(unit.session, keys, at=unit.now)
    await _keep_hashes(unit, prepared, fresh)
    warnings = {number: verdict.warnings for number, verdict in verdicts.items()}
    await unit.record(
        rules.enroll(
            each.place, each.admitted, who.block,
            warnings=warnings.get(each.place.row_number, ()), now=unit.now,
        )
        for each, who in zip(fresh, people, strict=True)
    )  # fmt: skip
    await unit.record(
        rules.take_in_again(each.place, each.admitted, now=unit.now) for each in again
    )
    await unit.record(
        raise_duplicates(_suspicions(fresh, verdicts), cause=lineage.cause, now=unit.now)
    )
    await note_replacement(work, lineage, [each.worker_id for each in taken])


def _lineage(roster: Roster) -> rules.Lineage:
    assert roster.decided_event_id is not None  # noqa: S101  (it was approved)
    return lineage_of(roster, cause_id=roster.decided_event_id)


def _suspicions(fresh: Sequence[Taken], verdicts: Verdicts) -> list[Suspicion]:
    return [
        Suspicion(
            worker_id=each.place.worker_id,
            village_code=each.admitted.row.village_code,
            other_worker_id=verdicts[each.place.row_number].other_worker_id,
        )
        for each in fresh
        if each.place.row_number in verdicts
        and "possible-duplicate" in verdicts[each.place.row_number].warnings
    ]


async def _keep_hashes(unit: Unit, prepared: Prepared, fresh: Sequence[Taken]) -> None:
    found = [(each, prepared.hashes(each.place.row_number)) for each in fresh]
    await insert_rows(
        unit.session,
        PersonLookup,
        [
            {
                "worker_id": each.place.worker_id,
                "nik_hash": hashes.nik,
                "kk_hash": hashes.kk,
                "family_hash": hashes.family,
                "limit_on": birthday(
                    date.fromisoformat(prepared.rows[each.place.row_number].born_on), age=AGE_LIMIT
                ),
            }
            for each, hashes in found
        ],
    )


async def _finish(unit: Unit, roster: Roster) -> None:
    event = rules.processed(
        _lineage(roster),
        enrolled=await queries.enrolled_so_far(unit.session, roster.roster_id),
        refused=await row_findings.refused_by_reason(unit.session, roster.roster_id),
        now=unit.now,
    )
    await unit.record([event])
    await queries.forget_chunks(unit.session, roster.roster_id)
