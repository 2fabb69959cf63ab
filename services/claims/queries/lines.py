"""Lines of decisions with what arrived of them, and the claims that they are about."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.state.statements import Statement
from services.claims.models import ApprovedLine, Claim, ClaimStep, Member, PaidMonth, Payout
from services.claims.rules.closing import ClosingClaim, Line, Payment

_ORDERED_BEFORE = Statement("""
    SELECT claim_id, benefit, sum(amount)::bigint FROM approved_lines
    WHERE claim_id = ANY(CAST(:claim_ids AS uuid[])) AND origin = 'approval' AND NOT is_held
    GROUP BY claim_id, benefit ORDER BY benefit""")


class Standing(NamedTuple):
    """What decides beside `HeldClaim`: the decision that stands, and who appealed it."""

    decision_id: UUID | None
    explanation: dict[str, Any] | None


class Owing(NamedTuple):
    """An approved claim some lines of which wait for the arrears to be paid."""

    claim: ClosingClaim
    worker_id: UUID
    arrears: tuple[str, ...]


async def standing(session: AsyncSession, claim_id: UUID) -> Standing:
    """What stands of a claim that is locked."""
    statement = select(Claim.decision_id, Claim.explanation)
    row = (await session.execute(statement.where(Claim.claim_id == claim_id))).one()
    return Standing._make(row)


async def last_officer(session: AsyncSession, claim_id: UUID, *, step: str) -> str | None:
    """Who took a step of the claim last."""
    statement = select(ClaimStep.officer).where(
        ClaimStep.claim_id == claim_id, ClaimStep.step == step
    )
    return await session.scalar(statement.order_by(col(ClaimStep.taken_at).desc()).limit(1))


async def ordered_before(
    session: AsyncSession, claim_ids: Sequence[UUID]
) -> dict[UUID, dict[str, int]]:
    """Of each claim, by benefit, the rupiah that earlier decisions let go out. What the bank could
    not pay counts too: it stays payable under its own reference, and nothing is paid twice."""
    found: dict[UUID, dict[str, int]] = {claim_id: {} for claim_id in claim_ids}
    for claim_id, benefit, amount in await _ORDERED_BEFORE.rows(session, claim_ids=list(claim_ids)):
        found[claim_id][benefit] = amount
    return found


async def closing_locked(session: AsyncSession, claim_ids: Iterable[UUID]) -> list[ClosingClaim]:
    """Those of these claims that are approved and not paid, locked in the order of their ids, with
    their lines of every decision and all payments of them."""
    statement = (
        select(Claim)
        .where(col(Claim.claim_id).in_(list(claim_ids)), Claim.state == "approved")
        .order_by(col(Claim.claim_id))
        .with_for_update()
        .execution_options(populate_existing=True)  # it may have been approved a moment ago
    )
    return await _with_lines(session, (await session.scalars(statement)).all())


async def owing_locked(session: AsyncSession, worker_ids: Iterable[UUID]) -> list[Owing]:
    """The approved claims of these members that have held lines, locked.

    A claim that is verified is locked too: an approval under way either has seen the payment or is
    waited for, and its held lines are found here.
    """
    states = ("verified", "approved")
    statement = (
        select(Claim)
        .where(col(Claim.worker_id).in_(list(worker_ids)), col(Claim.state).in_(states))
        .order_by(col(Claim.claim_id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = [each for each in await session.scalars(statement) if each.state == "approved"]
    held = [each for each in await _with_lines(session, found) if each.held]
    by_id = {each.claim_id: each for each in found}
    return [
        Owing(claim, claim.worker_id, tuple((by_id[claim.claim_id].explanation or {})["arrears"]))
        for claim in held
    ]


async def with_members(
    session: AsyncSession, claim_ids: Iterable[UUID]
) -> Sequence[Row[Claim, Member]]:
    """These claims and whom they are about."""
    statement = select(Claim, Member).join(Member, col(Member.worker_id) == col(Claim.worker_id))
    found = await session.execute(statement.where(col(Claim.claim_id).in_(list(claim_ids))))
    return found.all()


async def months_paid(session: AsyncSession, worker_ids: Iterable[UUID]) -> set[tuple[UUID, str]]:
    """The months of these members that are paid."""
    statement = select(PaidMonth.worker_id, PaidMonth.month)
    rows = await session.execute(statement.where(col(PaidMonth.worker_id).in_(list(worker_ids))))
    return {(worker_id, month) for worker_id, month in rows}


async def _with_lines(session: AsyncSession, claims: Sequence[Claim]) -> list[ClosingClaim]:
    if not claims:
        return []
    ids = [claim.claim_id for claim in claims]
    lines = select(ApprovedLine).where(col(ApprovedLine.claim_id).in_(ids))
    ordered = (await session.scalars(lines.order_by(col(ApprovedLine.line_id)))).all()
    settled = select(Payout).where(col(Payout.claim_id).in_(ids), col(Payout.settled))
    payments = (await session.scalars(settled)).all()
    return [
        ClosingClaim(
            claim_id=claim.claim_id,
            worker_id=claim.worker_id,
            filed_at=claim.filed_at,
            decision_id=claim.decision_id,
            lines=tuple(_line(each) for each in ordered if each.claim_id == claim.claim_id),
            payments=tuple(_payment(each) for each in payments if each.claim_id == claim.claim_id),
            held_at_first=_held_at_first(claim),
        )
        for claim in claims
    ]


def _held_at_first(claim: Claim) -> frozenset[str]:
    steps = (claim.explanation or {}).get("steps", ())
    return frozenset(step["benefit"] for step in steps if step["is_held"])


def _line(row: ApprovedLine) -> Line:
    return Line(
        row.line_id, row.decision_id, row.origin, row.benefit, row.amount, row.payee_id, row.is_held
    )


def _payment(row: Payout) -> Payment:
    return Payment(row.line_id, row.benefit, row.amount, row.ended_at)
