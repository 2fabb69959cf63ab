"""What was found about the rows of rosters: refusals and warnings."""

import json
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.enrollment.models import RowFinding
from services.enrollment.rules.applicants import Finding

Which = Literal["refused", "warning", "all"]


class Verdict(NamedTuple):
    """What was found about a row when the roster was validated, and decided since."""

    refused: bool
    warnings: tuple[str, ...]
    other_worker_id: UUID | None


_BY_REASON = text("""
    SELECT findings->0->>'slug' AS slug, count(*) FROM row_finding
    WHERE roster_id = :roster_id AND severity = 'refused' GROUP BY 1 ORDER BY 1""")
_WARNED = text("""
    SELECT found->>'slug' AS slug, count(*)
    FROM row_finding, jsonb_array_elements(findings) AS found
    WHERE roster_id = :roster_id AND severity = 'warning' GROUP BY 1 ORDER BY 1""")


async def refused_by_reason(session: AsyncSession, roster_id: UUID) -> dict[str, int]:
    """How many rows of a roster are refused, by their first reason."""
    return dict((await session.execute(_BY_REASON, {"roster_id": roster_id})).all())


async def warned_by_reason(session: AsyncSession, roster_id: UUID) -> dict[str, int]:
    """How many warnings there are on rows that are fit, by kind."""
    return dict((await session.execute(_WARNED, {"roster_id": roster_id})).all())


async def verdicts(
    session: AsyncSession, roster_id: UUID, rows: Sequence[int]
) -> dict[int, Verdict]:
    """What was found about these rows; a row without finding is absent."""
    found = await session.scalars(
        select(RowFinding).where(
            RowFinding.roster_id == roster_id, col(RowFinding.row_number).in_(rows)
        )
    )
    return {
        row.row_number: Verdict(
            refused=row.severity == "refused",
            warnings=tuple(each["slug"] for each in row.findings),
            other_worker_id=row.other_worker_id,
        )
        for row in found
    }


async def findings(
    session: AsyncSession, roster_id: UUID, *, after: int, rows_max: int, which: Which = "all"
) -> Sequence[RowFinding]:
    """Rows with findings behind a row number, in the order of the file."""
    statement = select(RowFinding).where(*_of(roster_id, which), col(RowFinding.row_number) > after)
    ordered = statement.order_by(col(RowFinding.row_number)).limit(rows_max)
    return (await session.scalars(ordered)).all()


async def count(session: AsyncSession, roster_id: UUID, *, which: Which) -> int:
    """How many rows have findings."""
    statement = select(func.count()).select_from(RowFinding).where(*_of(roster_id, which))
    return int(await session.scalar(statement) or 0)


def _of(roster_id: UUID, which: Which) -> list[ColumnElement[bool]]:
    found = [col(RowFinding.roster_id) == roster_id]
    return found if which == "all" else [*found, col(RowFinding.severity) == which]


_REFUSE = text("""
    UPDATE row_finding
    SET severity = 'refused', findings = why.findings || row_finding.findings
    FROM unnest(CAST(:rows AS int[]), CAST(:findings AS jsonb[])) AS why (row_number, findings)
    WHERE roster_id = :roster_id AND row_finding.row_number = why.row_number
      AND severity = 'warning'
    RETURNING row_finding.row_number""")


async def refuse_warned(
    session: AsyncSession, roster_id: UUID, why: Mapping[int, Sequence[Finding]]
) -> int:
    """Refuse rows that were only warned about, for reasons that come before the warnings; how many
    there were."""
    if not why:
        return 0
    reasons = [json.dumps([noted(each) for each in found]) for found in why.values()]
    changed = await session.execute(
        _REFUSE, {"roster_id": roster_id, "rows": list(why), "findings": reasons}
    )
    return len(changed.all())


def noted(found: Finding) -> dict[str, str]:
    """A finding as it is kept: the row has the severity."""
    return {"field": found.field, "slug": found.slug, "reason": found.reason}
