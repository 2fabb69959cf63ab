"""Everything that the tables hold about one worker, for the worker to see."""

from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.enrollment.models import Reading

Row = dict[str, Any]
_OF_WORKER = {
    "memberships": text("""
        SELECT programme.name AS programme, programme.funder, held.first_month, held.last_month,
               held.village_code, held.enrolled_at, held.covered_from, held.arrears_months,
               held.lapsed_on, held.ended_on, held.end_reason
        FROM memberships held JOIN programmes programme USING (programme_id)
        WHERE held.worker_id = :worker_id ORDER BY held.first_month, held.programme_id"""),
    "covers": text("""
        SELECT programme.name AS programme, held.covered_from, held.ended_on, held.end_reason
        FROM covers held JOIN programmes programme USING (programme_id)
        WHERE held.worker_id = :worker_id ORDER BY held.covered_from, held.programme_id"""),
    "contributions": text("""
        SELECT month, amount, payer, paid_at FROM contributions
        WHERE worker_id = :worker_id ORDER BY month, programme_id"""),
    "cards": text("""
        SELECT card_id, printed_at, delivered_at, place, handed_to, lost_at FROM cards
        WHERE worker_id = :worker_id ORDER BY printed_at, card_id"""),
    "claims": text("""
        SELECT claim_id, died_on, filed_at, closed_at, outcome FROM member_claims
        WHERE worker_id = :worker_id ORDER BY filed_at, claim_id"""),
    "amendments": text("""
        SELECT fields, amended_at, amended_by FROM amendments
        WHERE worker_id = :worker_id ORDER BY amended_at, event_id"""),
    "reviews": text("""
        SELECT kind, raised_at, outcome, decided_at FROM reviews
        WHERE worker_id = :worker_id ORDER BY raised_at, review_id"""),
    "requests": text("""
        SELECT kind, received_at, due_at, outcome, legal_ground, answered_at FROM data_requests
        WHERE worker_id = :worker_id ORDER BY received_at, request_id"""),
}
_ROSTER_ROWS = text("""
    SELECT roster_id, row_number, severity,
           ARRAY(SELECT found->>'slug' FROM jsonb_array_elements(findings) AS found) AS slugs
    FROM row_finding WHERE nik_hash = :nik_hash ORDER BY roster_id, row_number""")


async def held_of(session: AsyncSession, worker_id: UUID) -> dict[str, list[Row]]:
    """The rows about a worker: memberships, covers, contributions, cards, claims, amendments,
    reviews, requests."""
    return {
        name: await _rows(session, statement, worker_id=worker_id)
        for name, statement in _OF_WORKER.items()
    }


async def roster_rows(session: AsyncSession, nik_hash: bytes) -> list[Row]:
    """Rows of rosters with this NIK that were refused or warned about, while they are kept."""
    found = await session.execute(_ROSTER_ROWS, {"nik_hash": nik_hash})
    return [dict(row) for row in found.mappings()]


async def readings_count(session: AsyncSession, worker_id: UUID) -> int:
    """How often the worker's data were read."""
    statement = select(func.count()).where(col(Reading.worker_id) == worker_id)
    return int(await session.scalar(statement) or 0)


async def _rows(session: AsyncSession, statement: TextClause, *, worker_id: UUID) -> list[Row]:
    found = await session.execute(statement, {"worker_id": worker_id})
    return [dict(row) for row in found.mappings()]
