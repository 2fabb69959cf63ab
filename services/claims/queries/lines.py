"""Lines of decisions with what arrived of them, and the claims that they are about."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, exists
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.state.statements import Statement
from services.claims.models import ApprovedLine, Claim, ClaimStep, Member, PaidMonth
from services.claims.rules.closing import ClosingClaim, Line, Payment
from services.claims.rules.facts import SAME_ACCIDENT_DAYS

_ORDERED_BEFORE = Statement("""
    SELECT claim_id, benefit, sum(amount)::bigint FROM approved_lines
    WHERE claim_id = ANY(CAST(:claim_ids AS uuid[])) AND origin = 'approval' AND NOT is_held
    GROUP BY claim_id, benefit ORDER BY benefit""")

_ORDERED_ELSEWHERE = Statement("""
    SELECT this.claim_id, line.benefit, sum(line.amount)::bigint
    FROM claims AS this
    JOIN claims AS other ON other.worker_id = this.worker_id AND other.claim_id <> this.claim_id
    AND other.kind <> 'death' AND abs(other.happened_on - this.happened_on) <= :days
    JOIN approved_lines AS line ON line.claim_id = other.claim_id AND line.origin = 'approval'
    WHERE this.claim_id = ANY(CAST(:claim_ids AS uuid[])) AND this.kind <> 'death'
    GROUP BY this.claim_id, line.benefit ORDER BY line.benefit""")


# Asked at every poll that brings payments, so given to the driver as they are.
_CLOSING = "SELECT claim_id, worker_id, filed_at, state, decision_id, explanation FROM claims"
_APPROVED = Statement(f"""
    {_CLOSING} WHERE claim_id = ANY(CAST(:ids AS uuid[])) AND state = 'approved'
    ORDER BY claim_id FOR UPDATE""")
_DECIDABLE = Statement(f"""
    {_CLOSING} WHERE worker_id = ANY(CAST(:ids AS uuid[])) AND state IN ('verified', 'approved')
    ORDER BY claim_id FOR UPDATE""")
_LINES = Statement("""
    SELECT claim_id, line_id, decision_id, origin, benefit, amount, payee_id, is_held
    FROM approved_lines WHERE claim_id = ANY(CAST(:ids AS uuid[])) ORDER BY line_id""")
_SETTLED = Statement("""
    SELECT claim_id, line_id, benefit, amount, ended_at
    FROM payouts WHERE claim_id = ANY(CAST(:ids AS uuid[])) AND settled""")


class Standing(NamedTuple):
    """What decides beside `HeldClaim`: the decision that stands, and what it holds."""

    decision_id: UUID | None
    explanation: dict[str, Any] | None
    is_held: bool
    """Whether a line of this decision still waits for the arrears to be paid."""


class Owing(NamedTuple):
    """An approved claim some lines of which wait for the arrears to be paid."""

    claim: ClosingClaim
    worker_id: UUID
    arrears: tuple[str, ...]


async def standing(session: AsyncSession, claim_id: UUID) -> Standing:
    """What stands of a claim that is locked."""
    held = exists().where(
        col(ApprovedLine.claim_id) == col(Claim.claim_id),
        col(ApprovedLine.decision_id) == col(Claim.decision_id),
        col(ApprovedLine.is_held),
    )
    statement = select(Claim.decision_id, Claim.explanation, held)
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


async def ordered_elsewhere(
    session: AsyncSession, claim_ids: Sequence[UUID]
) -> dict[UUID, dict[str, int]]:
    """Of each claim about an accident, by benefit, the rupiah that other claims of the member gave
    or hold for an accident of those days."""
    found: dict[UUID, dict[str, int]] = {claim_id: {} for claim_id in claim_ids}
    rows = await _ORDERED_ELSEWHERE.rows(
        session, claim_ids=list(claim_ids), days=SAME_ACCIDENT_DAYS
    )
    for claim_id, benefit, amount in rows:
        found[claim_id][benefit] = amount
    return found


async def closing_locked(session: AsyncSession, claim_ids: Iterable[UUID]) -> list[ClosingClaim]:
    """Those of these claims that are approved and not paid, locked in the order of their ids, with
    their lines of every decision and all payments of them."""
    return await _with_lines(session, await _APPROVED.rows(session, ids=list(claim_ids)))


async def owing_locked(session: AsyncSession, worker_ids: Iterable[UUID]) -> list[Owing]:
    """The approved claims of these members that have held lines, locked.

    A claim that is verified is locked too: an approval under way either has seen the payment or is
    waited for, and its held lines are found here.
    """
    locked = await _DECIDABLE.rows(session, ids=list(worker_ids))
    found = [row for row in locked if row["state"] == "approved"]
    arrears = {row["claim_id"]: tuple((row["explanation"] or {})["arrears"]) for row in found}
    claims = await _with_lines(session, found)
    return [
        Owing(claim, claim.worker_id, arrears[claim.claim_id]) for claim in claims if claim.held
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


async def _with_lines(session: AsyncSession, claims: Sequence[Any]) -> list[ClosingClaim]:
    if not claims:
        return []
    lines: dict[UUID, list[Line]] = defaultdict(list)
    payments: dict[UUID, list[Payment]] = defaultdict(list)
    ids = [row["claim_id"] for row in claims]
    for claim_id, *line in await _LINES.rows(session, ids=ids):
        lines[claim_id].append(Line(*line))
    for claim_id, *payment in await _SETTLED.rows(session, ids=ids):
        payments[claim_id].append(Payment(*payment))
    return [
        ClosingClaim(
            claim_id=row["claim_id"],
            worker_id=row["worker_id"],
            filed_at=row["filed_at"],
            decision_id=row["decision_id"],
            lines=tuple(lines[row["claim_id"]]),
            payments=tuple(payments[row["claim_id"]]),
            held_at_first=_held_at_first(row["explanation"]),
        )
        for row in claims
    ]


def _held_at_first(explanation: Mapping[str, Any] | None) -> frozenset[str]:
    steps = (explanation or {}).get("steps", ())
    return frozenset(step["benefit"] for step in steps if step["is_held"])
