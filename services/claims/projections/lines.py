"""Amounts that were awarded."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.tables import insert_rows, update_rows
from contracts.claims import BenefitLine, CompensationAwarded, LinesReleased
from contracts.event import Event, derived_id
from services.claims.models import ApprovedLine
from services.claims.projections.registered import projections
from services.claims.projections.steps import take_steps


def line_id_of(claim_id: UUID, line: BenefitLine) -> UUID:
    """The id of a line; of events of before lines had one, from what made it unique then."""
    return line.line_id or derived_id(claim_id, f"line {line.benefit} {line.payee_id}")


def rows_of(
    event: Event, claim_id: UUID, lines: Sequence[BenefitLine], *, origin: str, is_held: bool
) -> list[dict[str, Any]]:
    """The rows of the lines that an event awarded."""
    return [
        {
            "line_id": line_id_of(claim_id, line),
            "claim_id": claim_id,
            "decision_id": event.event_id,
            "origin": origin,
            "benefit": line.benefit,
            "amount": line.amount,
            "payee_id": line.payee_id,
            "is_held": is_held,
        }
        for line in lines
    ]


@projections.applies(LinesReleased)
async def lines_released(session: AsyncSession, events: Sequence[LinesReleased]) -> None:
    """What was held is to be paid."""
    rows = [
        {"line_id": line_id_of(e.claim_id, line), "is_held": False}
        for e in events
        for line in e.lines
    ]
    await update_rows(session, ApprovedLine, rows, keys=("line_id",))
    await take_steps(session, events, "released", lambda e: (None, ", ".join(e.paid_months)))


@projections.applies(CompensationAwarded)
async def compensations_awarded(
    session: AsyncSession, events: Sequence[CompensationAwarded]
) -> None:
    """1 % a day for what came late."""
    rows = [
        row
        for e in events
        for row in rows_of(e, e.claim_id, e.lines, origin="compensation", is_held=False)
    ]
    await insert_rows(session, ApprovedLine, rows)
    await take_steps(session, events, "compensated", lambda e: (None, e.arithmetic))
