"""What is known of payouts and their slips."""

import json
from typing import cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from contracts.claims import Benefit
from contracts.sealed import Sealed
from contracts.types import ClaimId, PayoutId, WorkerId
from services.banking.models import Account, Party, Payout, Slip
from services.banking.queries.payouts import HOLDER, PAYEE
from services.banking.rules.slips import IssuedSlip, PaidOut


async def payout(session: AsyncSession, payout_id: UUID) -> PaidOut | None:
    """The payout as it is now."""
    found = await session.get(Payout, payout_id)
    return None if found is None else _paid_out(found)


async def payout_locked(session: AsyncSession, payout_id: UUID) -> PaidOut | None:
    """The payout; no slip of it is issued or honored elsewhere until the transaction ends."""
    found = await session.get(Payout, payout_id, with_for_update=True, populate_existing=True)
    return None if found is None else _paid_out(found)


async def slips(session: AsyncSession, payout_id: UUID) -> list[IssuedSlip]:
    """The slips of a payout in the order of their issue."""
    statement = select(Slip).where(Slip.payout_id == payout_id).order_by(col(Slip.number))
    return [
        IssuedSlip(
            slip_id=each.slip_id,
            number=each.number,
            issued_by=each.issued_by,
            issued_at=each.issued_at,
            branch=each.branch,
            honored_by=each.honored_by,
            honored_at=each.honored_at,
        )
        for each in await session.scalars(statement)
    ]


async def payee_block(session: AsyncSession, paid: PaidOut) -> Sealed | None:
    """The sealed block that says who the payee is."""
    party = await session.get(Party, (paid.claim_id, paid.payee_id))
    return Sealed.model_validate_json(json.dumps(party.identity)) if party else None


async def number_masked(session: AsyncSession, payout_id: UUID) -> str | None:
    """The masked number of the payee's account at this bank."""
    statement = (
        select(Account.number_masked)
        .join(Payout, col(Payout.payout_id) == payout_id)
        .join(Party, PAYEE, isouter=True)
        .where(col(Account.holder_id) == HOLDER)
    )
    return await session.scalar(statement)


def _paid_out(found: Payout) -> PaidOut:
    return PaidOut(
        payout_id=PayoutId(found.payout_id),
        claim_id=ClaimId(found.claim_id),
        worker_id=WorkerId(found.worker_id),
        payee_id=found.payee_id,
        benefit=cast("Benefit", found.benefit),
        amount=found.amount,
        state=found.state,
        finished_at=found.finished_at,
    )
