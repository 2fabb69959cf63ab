"""The rows of a roster: what was found, a sample to look at, the report that goes back."""

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.refusal import Refused
from services.enrollment.adapters import Tools
from services.enrollment.adapters.staging import RosterCipher, StagedRow
from services.enrollment.models import RowFinding, StagedRoster
from services.enrollment.operations.register import note_export
from services.enrollment.operations.rosters.staging import cipher_of
from services.enrollment.operations.rosters.standing import seen_roster
from services.enrollment.queries import rosters as queries
from services.enrollment.queries import row_findings
from services.enrollment.queries.row_findings import Which
from services.enrollment.rules.applicants import Finding
from services.enrollment.rules.rosters import RosterNotValidated

PAGE_ROWS = 1_000


class RosterForgotten(Refused):
    """The rows of a roster that ended long ago were destroyed, as the retention rules ask."""

    slug, status, retryable = "roster-forgotten", 410, False


class Reason(BaseModel):
    """One thing that was found about a row."""

    field: str
    slug: str
    reason: str


class RowReasons(BaseModel):
    """A row with findings; who it is about is not told."""

    row: int
    severity: Literal["refused", "warning"]
    findings: list[Reason]
    other_worker_id: UUID | None


class Findings(BaseModel):
    """A page of rows with findings; ask again with `after` = the last row for the next."""

    rows: list[RowReasons]
    next_after: int | None


class Sample(BaseModel):
    """Some rows as they were sent, by the sender's columns."""

    columns: list[str]
    rows: dict[int, list[str]]


@dataclass
class Report:
    """The rows of a roster with findings, opened a page at a time."""

    session: AsyncSession
    roster_id: UUID
    columns: tuple[str, ...]
    cipher: RosterCipher
    which: Which

    async def pages(self) -> AsyncIterator[list[tuple[StagedRow, list[Finding]]]]:
        """Rows as they were sent, with what was found."""
        after = 0
        while found := await row_findings.findings(
            self.session, self.roster_id, after=after, rows_max=PAGE_ROWS, which=self.which
        ):
            after = found[-1].row_number
            yield [(self.cipher.open(row.cells)[0], _findings(row)) for row in found]


async def findings(
    session: AsyncSession, roster_id: UUID, *, after: int, limit: int, by: Caller
) -> Findings:
    """Rows with findings behind a row number. Raises: RosterUnknown, OutsideArea."""
    await seen_roster(session, roster_id, by=by)
    found = await row_findings.findings(session, roster_id, after=after, rows_max=limit)
    return Findings(
        rows=[_reasons(row) for row in found],
        next_after=found[-1].row_number if len(found) == limit else None,
    )


async def report(session: AsyncSession, roster_id: UUID, *, which: Which, tools: Tools) -> Report:
    """The report on a roster, for whoever it was noted for. Raises: RosterForgotten."""
    columns, cipher = await _opened(session, roster_id, tools=tools)
    return Report(session, roster_id, columns, cipher, which)


async def note_report(unit: Unit, roster_id: UUID, *, which: Which, by: Caller) -> None:
    """Put on record that `by` takes a report out.

    Raises: RosterUnknown, OutsideArea, RosterForgotten.
    """
    await seen_roster(unit.session, roster_id, by=by)
    await _kept(unit.session, roster_id)
    rows = await row_findings.count(unit.session, roster_id, which=which)
    await note_export(
        unit, by=by, reason=f"report on roster {roster_id}", what="roster report", rows=rows,
        masked=False,
    )  # fmt: skip


async def sample(unit: Unit, roster_id: UUID, *, rows: int, by: Caller, tools: Tools) -> Sample:
    """Some fit rows, the same for everybody who asks; who asks is put on record. Once rows are let
    go of there are none.

    Raises: RosterUnknown, OutsideArea, RosterNotValidated, RosterForgotten.
    """
    session = unit.session
    held = await seen_roster(session, roster_id, by=by)
    if held.validated_at is None:
        raise RosterNotValidated("rows are still being checked: wait until it is validated")
    drawn = await _drawn(session, roster_id, rows=rows, tools=tools)
    await note_export(
        unit, by=by, reason=f"decision on roster {roster_id}", what="roster sample",
        rows=len(drawn.rows), masked=False,
    )  # fmt: skip
    return drawn


async def _drawn(session: AsyncSession, roster_id: UUID, *, rows: int, tools: Tools) -> Sample:
    columns, cipher = await _opened(session, roster_id, tools=tools)
    draw = random.Random(str(roster_id))  # noqa: S311  (a sample that can be drawn again)
    chunks = await queries.chunks_waiting(session, roster_id)
    if not chunks:
        raise RosterForgotten("the rows of this roster were let go of: see its report")
    drawn: dict[int, list[str]] = {}
    for number in draw.sample(chunks, min(len(chunks), rows)):
        chunk = await queries.chunk(session, roster_id, number)
        staged = cipher.open(chunk.sealed)
        verdicts = await row_findings.verdicts(session, roster_id, [row.number for row in staged])
        fit = [r for r in staged if not (r.number in verdicts and verdicts[r.number].refused)]
        drawn |= {r.number: list(r.cells) for r in draw.sample(fit, min(len(fit), rows))}
    kept = draw.sample(sorted(drawn), min(len(drawn), rows))
    return Sample(columns=list(columns), rows={number: drawn[number] for number in sorted(kept)})


async def _opened(
    session: AsyncSession, roster_id: UUID, *, tools: Tools
) -> tuple[tuple[str, ...], RosterCipher]:
    staged = await _kept(session, roster_id)
    return tuple(staged.columns), cipher_of(staged, tools=tools)


async def _kept(session: AsyncSession, roster_id: UUID) -> StagedRoster:
    staged = await queries.staged_roster_or_none(session, roster_id)
    if staged is None:
        raise RosterForgotten("the rows of this roster were destroyed: its totals remain")
    return staged


def _findings(row: RowFinding) -> list[Finding]:
    severity: Any = row.severity
    return [Finding(severity, **each) for each in row.findings]


def _reasons(row: RowFinding) -> RowReasons:
    severity: Any = row.severity
    reasons: Sequence[Reason] = [Reason(**each) for each in row.findings]
    return RowReasons(
        row=row.row_number,
        severity=severity,
        findings=list(reasons),
        other_worker_id=row.other_worker_id,
    )
