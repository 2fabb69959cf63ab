"""The history of a file: each event that moves it leaves a line."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.tables import insert_rows
from services.claims.models import ClaimStep


class OfClaim(Protocol):
    """An event of a claim."""

    @property
    def event_id(self) -> UUID:
        """Its own id."""

    @property
    def claim_id(self) -> UUID:
        """The claim."""

    @property
    def occurred_at(self) -> datetime:
        """When it was recorded."""


E = TypeVar("E", bound=OfClaim)


async def take_steps(
    session: AsyncSession,
    events: Sequence[E],
    step: str,
    told: Callable[[E], tuple[str | None, str | None]],
) -> None:
    """Write one step for each event; `told` gives the officer and the words of one."""
    rows = []
    for event in events:
        officer, words = told(event)
        rows.append({
            "event_id": event.event_id,
            "claim_id": event.claim_id,
            "step": step,
            "taken_at": event.occurred_at,
            "officer": officer,
            "words": words,
        })  # fmt: skip
    await insert_rows(session, ClaimStep, rows)
