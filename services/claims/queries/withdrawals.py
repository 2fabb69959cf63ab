"""What became of benefits that were paid: refused by the other bank, or taken out at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.claims.models import Payout
from services.claims.rules.warning_patterns import patterns
from services.claims.rules.warning_signs import PaymentTraits, TakenOut
from services.claims.rules.warnings import Known

# For each withdrawal soon after a payout: what arrived on the account in the time before it, and
# what was taken since the first of that. Accounts at other banks have no withdrawals here.
_TAKEN_OUT = text("""
    SELECT DISTINCT paid.claim_id, cash.account_id, arrived.amount AS arrived, taken.amount AS taken
    FROM payouts paid JOIN withdrawals cash ON cash.account_id = paid.account_id
        AND cash.taken_at BETWEEN paid.ended_at AND paid.ended_at + CAST(:within AS interval),
    LATERAL (SELECT sum(amount)::bigint AS amount, min(ended_at) AS first_at FROM payouts
             WHERE account_id = cash.account_id AND settled AND ended_at <= cash.taken_at
               AND ended_at >= cash.taken_at - CAST(:within AS interval)) AS arrived,
    LATERAL (SELECT sum(amount)::bigint AS amount FROM withdrawals
             WHERE account_id = cash.account_id AND taken_at <= cash.taken_at
               AND taken_at >= arrived.first_at) AS taken
    WHERE paid.settled AND paid.claim_id = ANY(:claim_ids)""")
_CLAIMS = text("""
    SELECT claim_id, worker_id,
           ARRAY(SELECT warning_id FROM warnings WHERE warnings.claim_id = claims.claim_id) AS known
    FROM claims WHERE claim_id = ANY(:claim_ids)""")


class Warned(NamedTuple):
    """A claim and the warnings it has."""

    claim: Known
    known: frozenset[UUID]


async def claims_paid_to(session: AsyncSession, account_ids: Sequence[UUID]) -> list[UUID]:
    """The claims of which a line arrived on one of these accounts."""
    statement = select(Payout.claim_id).where(
        col(Payout.account_id).in_(account_ids), col(Payout.settled)
    )
    return list((await session.scalars(statement.distinct())).all())


async def payment_traits(
    session: AsyncSession, claim_ids: Sequence[UUID]
) -> Mapping[UUID, PaymentTraits]:
    """Of these claims, those whose payments failed or were taken out soon."""
    within = timedelta(hours=patterns()["payout-withdrawn-at-once"].hours)
    found = await session.execute(_TAKEN_OUT, {"claim_ids": list(claim_ids), "within": within})
    taken: dict[UUID, dict[UUID, TakenOut]] = defaultdict(dict)
    for row in found.all():
        each = TakenOut(row.account_id, row.arrived, row.taken)
        most = taken[row.claim_id].setdefault(row.account_id, each)
        if each.taken * most.arrived > most.taken * each.arrived:
            taken[row.claim_id][row.account_id] = each
    failures = await _failures(session, claim_ids)
    return {
        claim_id: PaymentTraits(
            failures=tuple(failures.get(claim_id, ())),
            taken_out=tuple(taken.get(claim_id, {}).values()),
        )
        for claim_id in sorted({*taken, *failures})
    }


async def warned(session: AsyncSession, claim_ids: Sequence[UUID]) -> Sequence[Warned]:
    """These claims, as far as they are there, with their warnings."""
    found = await session.execute(_CLAIMS, {"claim_ids": list(claim_ids)})
    return [Warned(Known(row.claim_id, row.worker_id), frozenset(row.known)) for row in found.all()]


async def _failures(
    session: AsyncSession, claim_ids: Sequence[UUID]
) -> Mapping[UUID, Sequence[str]]:
    statement = select(Payout.claim_id, Payout.failure).where(
        col(Payout.claim_id).in_(claim_ids), col(Payout.failure).is_not(None)
    )
    failures: dict[UUID, list[str]] = defaultdict(list)
    for claim_id, failure in (await session.execute(statement)).all():
        failures[claim_id].append(failure or "")
    return failures
