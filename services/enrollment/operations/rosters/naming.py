"""The rows of rosters that name one person, found by the hash of the NIK."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.local_time import local_day
from chassis.web.access import Caller
from services.enrollment.adapters import Tools
from services.enrollment.adapters.staging import StagedRow
from services.enrollment.models import Roster, RowFinding, StagedRoster
from services.enrollment.operations.rosters.staging import cipher_of
from services.enrollment.operations.rosters.standing import state_of
from services.enrollment.queries import rosters as roster_queries
from services.enrollment.queries import why_not as queries
from services.enrollment.rules.applicants import Finding, Severity, fields_of, village_in
from services.enrollment.rules.why_not import Proposal


class Naming(NamedTuple):
    """A row that names the person, and what was found about it."""

    roster: Roster
    number: int
    cells: Mapping[str, str]
    """By the names of COLUMNS."""
    finding: RowFinding | None

    @property
    def refused(self) -> bool:
        """Whether the row was refused."""
        return self.finding is not None and self.finding.severity == "refused"

    @property
    def proposal(self) -> Proposal:
        """The row as the rules see it."""
        held = self.roster
        severity: Severity = "refused" if self.refused else "warning"
        told: list[dict[str, Any]] = self.finding.findings if self.finding else []
        return Proposal(
            roster_id=held.roster_id,
            row_number=self.number,
            state=state_of(held),
            received_on=local_day(held.received_at),
            validated_on=local_day(held.validated_at) if held.validated_at else None,
            decided_on=local_day(held.decided_at) if held.decided_at else None,
            rejection=held.rejection,
            refused=self.refused,
            findings=tuple(Finding(severity, **each) for each in told),
        )


async def latest_naming(
    session: AsyncSession, nik_hash: bytes, programme_id: UUID, *, by: Caller, tools: Tools
) -> Naming | None:
    """The row of the latest roster of a programme that names the person, the one that is not
    refused first, among those whose roster or whose village lies in the caller's area.

    Call it in a session that sees every area: a roster of the kabupaten names people of a village.
    """
    found = {
        (naming.roster.roster_id, naming.number): naming
        async for naming in _namings(session, nik_hash, programme_id, tools=tools)
        if by.covers(naming.roster.region_code)
        or by.covers(village_in(naming.cells["kode_wilayah"].strip()))
    }
    return max(
        found.values(),
        key=lambda each: (each.roster.received_at, not each.refused, -each.number),
        default=None,
    )


async def _namings(
    session: AsyncSession, nik_hash: bytes, programme_id: UUID, *, tools: Tools
) -> AsyncIterator[Naming]:
    for roster, chunk_number, place in await queries.waiting(session, nik_hash, programme_id):
        staged = await roster_queries.staged_roster(session, roster.roster_id)
        chunk = await roster_queries.chunk(session, roster.roster_id, chunk_number)
        row = cipher_of(staged, tools=tools).open(chunk.sealed)[place]
        finding = await session.get(RowFinding, (roster.roster_id, row.number))
        yield _naming(roster, staged, row, finding)
    for roster, finding in await queries.found(session, nik_hash, programme_id):
        staged = await roster_queries.staged_roster(session, roster.roster_id)
        (row,) = cipher_of(staged, tools=tools).open(finding.cells)
        yield _naming(roster, staged, row, finding)


def _naming(
    roster: Roster, staged: StagedRoster, row: StagedRow, finding: RowFinding | None
) -> Naming:
    return Naming(roster, row.number, fields_of(tuple(staged.columns), row.cells), finding)
