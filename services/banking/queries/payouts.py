"""What is known of payouts and payees."""

import json
from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from contracts.claims import Benefit
from contracts.event import Cause
from contracts.sealed import Sealed
from contracts.types import ClaimId, PartyId, PayoutId, WorkerId
from services.banking.models import Party, Payout
from services.banking.rules.payouts import OpenPayout

PAYOUTS_MAX = 500
"""How many payouts are looked at in one transaction."""


async def known(session: AsyncSession, payout_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these payouts that were ordered."""
    statement = select(Payout.payout_id).where(col(Payout.payout_id).in_(payout_ids))
    return set(await session.scalars(statement))


async def ordered_here(session: AsyncSession) -> list[OpenPayout]:
    """The payouts within the bank that wait, the oldest first."""
    statement = (
        select(Payout)
        .where(Payout.rail == "same-bank", Payout.state == "ordered")
        .order_by(col(Payout.ordered_at), col(Payout.payout_id))
        .limit(PAYOUTS_MAX)
    )
    return [_open(payout) for payout in await session.scalars(statement)]


async def ordered_elsewhere(session: AsyncSession) -> list[OpenPayout]:
    """The payouts to other banks that wait and whose payee is known here, the oldest first."""
    statement = (
        select(Payout)
        .join(
            Party,
            (col(Party.claim_id) == Payout.claim_id) & (col(Party.party_id) == Payout.payee_id),
        )
        .where(Payout.rail == "interbank", Payout.state == "ordered", Party.account == "elsewhere")
        .order_by(col(Payout.ordered_at), col(Payout.payout_id))
        .limit(PAYOUTS_MAX)
    )
    return [_open(payout) for payout in await session.scalars(statement)]


async def submitted(session: AsyncSession, payout_id: UUID) -> OpenPayout | None:
    """The payout, while the rail's answer to it is not known."""
    payout = await session.get(Payout, payout_id)
    return _open(payout) if payout is not None and payout.state == "submitted" else None


async def identity(session: AsyncSession, payout: OpenPayout) -> Sealed | None:
    """The sealed block that says who the payee is, and where the money goes."""
    party = await session.get(Party, (payout.claim_id, payout.payee_id))
    return Sealed.model_validate_json(json.dumps(party.identity)) if party else None


def _open(payout: Payout) -> OpenPayout:
    return OpenPayout(
        payout_id=PayoutId(payout.payout_id),
        claim_id=ClaimId(payout.claim_id),
        worker_id=WorkerId(payout.worker_id),
        payee_id=PartyId(payout.payee_id),
        benefit=cast("Benefit", payout.benefit),
        amount=payout.amount,
        cause=Cause(payout.ordered_event_id, payout.correlation_id),
    )
