"""Whether a card is good: for anybody to ask; and what became of it, for the offices."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.signed_tokens import KeySet, key_set
from chassis.state.unit import EVERYWHERE, Units
from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed, public
from chassis.web.asked import Asked
from chassis.web.reading import Now, Session, tools
from services.enrollment.adapters import Tools
from services.enrollment.operations import cards
from services.enrollment.operations.cards import standing

router = APIRouter(route_class=Guarded, tags=["Cards"])
REVOCATIONS_AGE_MAX_S = 60
"""So long caches on the way may answer."""
_READS = allowed("branch", "district", area=IN_OPERATION)


async def _everywhere(request: Request) -> AsyncIterator[AsyncSession]:
    units: Units = request.app.state.units
    async with units.reading(area=EVERYWHERE) as session:
        yield session


OfAll = Annotated[AsyncSession, Depends(_everywhere)]
"""A card is checked wherever its holder is: whoever asks has no area. Answers name no member."""


class CheckCard(Asked):
    """What a phone reads from the QR of a card."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"token": "eyJhbGciOiJFZERTQSIsImtpZCI6Ii4uLiJ9.eyJ.MEU"}]}
    )

    token: str = Field(min_length=1)


@router.post("/cards:verify", dependencies=[public])
async def verify_card(
    asked: CheckCard,
    request: Request,
    session: OfAll,
    now: Now,
    tools: Annotated[Tools, Depends(tools)],
) -> cards.CheckedCard:
    """Check a card that somebody shows, by its code: at most so many a minute.

    A good card answers with what was printed on it, which the code itself holds; any other is
    refused: `card-unreadable`, `card-forged`, `card-revoked`.
    """
    await tools.card_checks.check(request.client.host if request.client else "")
    return await cards.check(session, asked.token, key=tools.card_key, now=now)


@router.get("/cards/revocations", dependencies=[public])
async def revocations(session: OfAll, now: Now, response: Response) -> cards.Revocations:
    """The cards that are good no more, for phones that check without a connection: those lost, and
    those of memberships that have ended. Card numbers alone."""
    response.headers["Cache-Control"] = f"public, max-age={REVOCATIONS_AGE_MAX_S}"
    return await cards.revocations(session, now=now)


@router.get("/cards/public-key", dependencies=[public])
async def public_key(tools: Annotated[Tools, Depends(tools)]) -> KeySet:
    """The keys with which cards are checked without a connection, as a JWK set (RFC 7517)."""
    return key_set(tools.card_key)


@router.get("/cards/{card_id}")
async def card(
    card_id: UUID, session: Session, caller: Annotated[Caller, _READS]
) -> standing.CardStory:
    """What became of a card: printed, handed over, lost, replaced. Not whose it is."""
    return await standing.card(session, card_id, by=caller)


@router.get("/cards")
async def cards_of_member(
    worker_id: UUID, session: Session, caller: Annotated[Caller, _READS]
) -> standing.Cards:
    """The cards of one member, the first printed first."""
    return await standing.cards_of(session, worker_id, by=caller)
