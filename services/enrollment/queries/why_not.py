"""What is known of one person in one programme: the rows that named them, their place in it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.local_time import local_day
from services.enrollment.models import Card, Membership, Roster, RowFinding, Worker
from services.enrollment.rules.months import due_on
from services.enrollment.rules.why_not import CardFacts, MemberFacts, Paid, Unpaid

NAMED_MAX = 20
"""The latest rosters that named somebody: more are not looked through."""


class Waiting(NamedTuple):
    """A row that waits: which of a chunk's rows it is, counted from 0."""

    roster: Roster
    chunk: int
    place: int


class Found(NamedTuple):
    """A row that was refused or warned about."""

    roster: Roster
    row: RowFinding


async def worker(session: AsyncSession, worker_id: UUID) -> Worker | None:
    """A worker whom the session may see."""
    return await session.scalar(select(Worker).where(Worker.worker_id == worker_id))


_WAITING = text("""
    SELECT roster_id, chunk, (place - 1) / :width AS place
    FROM staged_chunk
    JOIN rosters USING (roster_id)
    CROSS JOIN LATERAL generate_series(1, length(nik_hashes), :width) AS place
    WHERE programme_id = :programme_id AND sealed <> ''
      AND position(CAST(:nik_hash AS bytea) IN nik_hashes) > 0
      AND substring(nik_hashes FROM place FOR :width) = :nik_hash
    ORDER BY received_at DESC, roster_id, chunk, place LIMIT :most""")


async def waiting(session: AsyncSession, nik_hash: bytes, programme_id: UUID) -> list[Waiting]:
    """The rows with this NIK that wait in rosters of the programme, the latest roster first."""
    bound = {
        "nik_hash": nik_hash, "programme_id": programme_id, "width": len(nik_hash),
        "most": NAMED_MAX,
    }  # fmt: skip
    found = (await session.execute(_WAITING, bound)).all()
    return [
        Waiting(await session.get_one(Roster, row.roster_id), row.chunk, row.place) for row in found
    ]


async def found(session: AsyncSession, nik_hash: bytes, programme_id: UUID) -> list[Found]:
    """The rows with this NIK about which something was found, the latest roster first."""
    statement = (
        select(Roster, RowFinding)
        .join(RowFinding, col(RowFinding.roster_id) == Roster.roster_id)
        .where(RowFinding.nik_hash == nik_hash, Roster.programme_id == programme_id)
        .order_by(col(Roster.received_at).desc(), col(Roster.roster_id), col(RowFinding.row_number))
    )
    rows = await session.execute(statement.limit(NAMED_MAX))
    return [Found(*row) for row in rows.all()]


_MONTHS = text("""
    SELECT contributions.month, contributions.invoice_id, contributions.paid_at, invoices.issued_at
    FROM contributions LEFT JOIN invoices USING (invoice_id)
    WHERE contributions.worker_id = :worker_id AND contributions.programme_id = :programme_id
    ORDER BY contributions.month""")


_PAID_HIMSELF = text("""
    SELECT EXISTS (SELECT FROM contributions
                   WHERE worker_id = :worker_id AND month = :month AND payer = 'self')""")


async def place(
    session: AsyncSession, worker: Worker, programme_id: UUID, *, this_month: str
) -> MemberFacts | None:
    """How a worker's place in a programme stands; None when there is none."""
    held = await session.get(Membership, (worker.worker_id, programme_id))
    if held is None:
        return None
    key = {"worker_id": worker.worker_id, "programme_id": programme_id}
    months = (await session.execute(_MONTHS, key)).all()
    himself = {"worker_id": worker.worker_id, "month": this_month}
    paid = min(((row.paid_at, row.month) for row in months if row.paid_at), default=None)
    return MemberFacts(
        enrolled_on=local_day(held.enrolled_at or worker.enrolled_at),
        first_month=held.first_month,
        last_month=held.last_month,
        months_billed=len(months),
        this_month_billed=any(row.month == this_month for row in months),
        this_month_own=bool(await session.scalar(_PAID_HIMSELF, himself)),
        unpaid=next(
            (
                Unpaid(
                    month=row.month,
                    invoice_id=row.invoice_id,
                    due_on=due_on(row.month),
                    issued_on=local_day(row.issued_at) if row.issued_at else None,
                )
                for row in months
                if row.paid_at is None
            ),
            None,
        ),
        first_paid=Paid(paid[1], local_day(paid[0])) if paid else None,
        covered_from=local_day(held.covered_from) if held.covered_from else None,
        arrears_months=held.arrears_months,
        arrears_oldest=held.arrears_oldest,
        lapsed_on=held.lapsed_on,
        ended_on=held.ended_on,
        end_reason=held.end_reason,
        replaced=held.replaced_by is not None,
        card=_card(await _cards(session, worker.worker_id, programme_id)),
        has_account=worker.account_id is not None,
        lacks=_lacks(worker),
    )


async def _cards(session: AsyncSession, worker_id: UUID, programme_id: UUID) -> Sequence[Card]:
    statement = select(Card).where(
        Card.worker_id == worker_id, Card.programme_id == programme_id, col(Card.lost_at).is_(None)
    )
    return (await session.scalars(statement.order_by(col(Card.printed_at)))).all()


def _card(cards: Sequence[Card]) -> CardFacts | None:
    if not cards:
        return None
    delivered: date | None = local_day(cards[-1].delivered_at) if cards[-1].delivered_at else None
    return CardFacts(local_day(cards[-1].printed_at), delivered)


def _lacks(worker: Worker) -> tuple[str, ...]:
    papers = (("KTP", worker.has_ktp), ("KK", worker.has_kk))
    return tuple(paper for paper, there in papers if not there)
