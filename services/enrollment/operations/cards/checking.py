"""Whether a card that somebody shows is genuine and still good: for anybody to ask."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.adapters.card_tokens import (
    CardRevoked,
    CardVerifier,
    public_jwks,
)
from services.enrollment.queries import cards as queries


class CheckedCard(BaseModel):
    """A good card as it was printed: compare it with what is shown, and with who shows it."""

    valid: Literal[True] = True
    card_id: UUID
    kpj: str
    name: str
    programme: str
    printed_at: datetime
    as_of: datetime


class Revocations(BaseModel):
    """The cards that are good no more: lost, or of a membership that has ended."""

    card_ids: Sequence[UUID]
    as_of: datetime


async def check(
    session: AsyncSession, token: str, *, key: Ed25519PrivateKey, now: datetime
) -> CheckedCard:
    """What the code of a good card says. Raises: CardUnreadable, CardForged, CardRevoked."""
    claims = CardVerifier(public_jwks(key)).verify(token)
    if not await queries.is_good(session, claims.card_id):
        raise CardRevoked(
            f"Card {claims.card_id} is good no more: it was lost, or the membership has ended. "
            "Take it in; a member asks for a new one."
        )
    return CheckedCard(**claims.model_dump(), as_of=now)


async def revocations(session: AsyncSession, *, now: datetime) -> Revocations:
    """The cards that a phone has to refuse although they are genuine."""
    return Revocations(card_ids=await queries.revoked(session), as_of=now)
