"""Warning signs, second looks, letters."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.tables import insert_rows, update_rows
from contracts.claims import (
    LetterIssued,
    ParkedEventDropped,
    ReviewClosed,
    ReviewDrawn,
    SubjectKeyRead,
    WarningRaised,
    WarningSettled,
)
from services.claims.models import Letter, RaisedWarning, Review
from services.claims.projections.registered import projections

projections.changes_nothing(SubjectKeyRead, ParkedEventDropped)


@projections.applies(WarningRaised)
async def warnings_raised(session: AsyncSession, events: Sequence[WarningRaised]) -> None:
    """A sign that was seen in frauds."""
    rows = [
        {
            "warning_id": e.warning_id,
            "claim_id": e.claim_id,
            "warning": e.warning,
            "words": e.words,
            "linked_claims": [str(each) for each in e.linked_claims],
            "raised_at": e.occurred_at,
        }
        for e in events
    ]
    await insert_rows(session, RaisedWarning, rows)


@projections.applies(WarningSettled)
async def warnings_settled(session: AsyncSession, events: Sequence[WarningSettled]) -> None:
    """The fraud officer looked."""
    rows = [
        {
            "warning_id": e.warning_id,
            "outcome": e.outcome,
            "reason": e.reason,
            "settled_by": e.settled_by,
            "settled_at": e.occurred_at,
        }
        for e in events
    ]
    await update_rows(session, RaisedWarning, rows, keys=("warning_id",))


@projections.applies(ReviewDrawn)
async def reviews_drawn(session: AsyncSession, events: Sequence[ReviewDrawn]) -> None:
    """Drawn by lot for a second look."""
    rows = [
        {
            "review_id": e.review_id,
            "claim_id": e.claim_id,
            "seed": e.seed,
            "share": e.share,
            "drawn_at": e.occurred_at,
        }
        for e in events
    ]
    await insert_rows(session, Review, rows)


@projections.applies(ReviewClosed)
async def reviews_closed(session: AsyncSession, events: Sequence[ReviewClosed]) -> None:
    """The second look is done."""
    rows = [
        {
            "review_id": e.review_id,
            "outcome": e.outcome,
            "reason": e.reason,
            "closed_by": e.closed_by,
            "closed_at": e.occurred_at,
        }
        for e in events
    ]
    await update_rows(session, Review, rows, keys=("review_id",))


@projections.applies(LetterIssued)
async def letters_issued(session: AsyncSession, events: Sequence[LetterIssued]) -> None:
    """A letter was made."""
    rows = [
        {
            "event_id": e.event_id,
            "claim_id": e.claim_id,
            "letter": e.letter,
            "sha256": e.sha256,
            "issued_by": e.issued_by,
            "issued_at": e.occurred_at,
        }
        for e in events
    ]
    await insert_rows(session, Letter, rows)
