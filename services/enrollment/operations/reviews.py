"""What a person has to look at: raised, shown side by side, decided."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Literal, cast
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.local_time import local_day
from chassis.sealing import masked
from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.enrollment import ReviewKind, ReviewOutcome
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.types import WorkerId
from services.enrollment.adapters import Tools
from services.enrollment.models import Review
from services.enrollment.operations.people import opened
from services.enrollment.operations.register import note_readings
from services.enrollment.queries import covers
from services.enrollment.queries import reviews as queries
from services.enrollment.queries.reviews import ReviewsAsked
from services.enrollment.rules import reviews as rules
from services.enrollment.rules.applicants import Person
from services.enrollment.rules.masking import masked_name
from services.enrollment.rules.reviews import Verdict

PORTION = 500
"""Members put on the review list in one transaction."""

ReviewState = Literal["open", "decided"]


class ReviewUnknown(Refused):
    """No review has this id."""

    slug, status, retryable = "review-unknown", 404, False


class MembershipLine(BaseModel):
    """A place in a programme."""

    programme_id: UUID
    first_month: str
    last_month: str
    covered_from: datetime | None
    lapsed_on: date | None
    ended_on: date | None


class Side(BaseModel):
    """One of the members that a review is about. Who it is stands here as far as it was asked
    for; nothing of somebody who was erased."""

    worker_id: UUID
    village_code: str
    kpj: str | None
    roster_id: UUID
    enrolled_at: datetime
    memberships: list[MembershipLine]
    name: str | None = None
    """The initials, unless a reason was given."""
    nik: str | None = None
    kk: str | None = None
    born_on: date | None = None
    mother: str | None = None


class ReviewLine(BaseModel):
    """A review, and the members that it is about side by side."""

    review_id: UUID
    kind: ReviewKind
    state: ReviewState
    worker_id: UUID
    other_worker_id: UUID | None
    """Who may be the same person; a member outside the caller's area has no side here."""
    village_code: str
    raised_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    outcome: ReviewOutcome | None
    reason: str | None
    sides: list[Side]


class Reviews(BaseModel):
    """A page of reviews, the oldest first; ask again with `after` = `next_after`."""

    reviews: list[ReviewLine]
    next_after: UUID | None


class Decided(BaseModel):
    """The review that was decided, and how many memberships ended by it."""

    review_id: UUID
    outcome: ReviewOutcome
    ended: int


async def reviews_of(
    session: AsyncSession, asked: ReviewsAsked, *, after: UUID | None, limit: int, tools: Tools
) -> Reviews:
    """A page of reviews; of names only the initials."""
    found = await queries.reviews_of(session, asked, after=after, limit=limit)
    workers = {each for review in found for each in _about(review)}
    sides = await _sides(session, workers)
    persons = await opened(session, sorted(sides), identities=tools.identities)
    for worker_id, person in persons.items():
        sides[worker_id].name = masked_name(person.name)
    return Reviews(
        reviews=[_line(each, sides) for each in found],
        next_after=found[-1].review_id if len(found) == limit else None,
    )


async def read_review(
    unit: Unit, review_id: UUID, *, reason: str, by: Caller, tools: Tools
) -> ReviewLine:
    """One review with what tells two people apart; each member shown is put on record.

    Raises: ReviewUnknown, OutsideArea.
    """
    held = _within(await queries.review(unit.session, review_id), by=by)
    sides = await _sides(unit.session, _about(held))
    persons = await opened(unit.session, sorted(sides), identities=tools.identities)
    await note_readings(unit, persons, by=by, reason=reason, what="review")
    shown = {id_: _opened(side, persons.get(id_)) for id_, side in sides.items()}
    return _line(held, shown)


async def decide_review(
    unit: Unit, review_id: UUID, verdict: Verdict, *, by: Caller, cause: Cause
) -> Decided:
    """Keep a member, or end what goes on. Call it in a bulk unit: nobody bills him meanwhile.

    Raises: ReviewUnknown, OutsideArea, ReviewIsDecided, MakerIsChecker.
    """
    held = _within(await queries.review_locked(unit.session, review_id), by=by)
    async with unit.everywhere():
        sent_by = await queries.sender_of(unit.session, held.worker_id)
    waiting = rules.Waiting(
        review_id=held.review_id,
        worker_id=WorkerId(held.worker_id),
        kind=cast("ReviewKind", held.kind),
        sent_by=sent_by,
        decided=held.decided_at is not None,
    )
    going_on = await covers.going_on(unit.session, [held.worker_id])
    events = list(rules.decide(waiting, verdict, going_on, cause=cause, by=by.name, now=unit.now))
    await unit.record(events)
    return Decided(review_id=review_id, outcome=verdict.outcome, ended=len(events) - 1)


async def raise_age_limits(unit: Unit) -> bool:
    """Put members who have reached the age limit on the review list, a portion at a time; tell
    whether there were any."""
    reached = await queries.at_age_limit(unit.session, today=local_day(unit.now), rows_max=PORTION)
    await unit.record(rules.raise_age_limit(reached, now=unit.now))
    return bool(reached)


def _within(held: Review | None, *, by: Caller) -> Review:
    if held is None:
        raise ReviewUnknown("no such review in your area: see the list of reviews")
    by.check_area(held.village_code)
    return held


def _about(held: Review) -> list[UUID]:
    """The workers that a review is about."""
    return [each for each in (held.worker_id, held.other_worker_id) if each is not None]


async def _sides(session: AsyncSession, worker_ids: Collection[UUID]) -> dict[UUID, Side]:
    rows = await queries.sides(session, sorted(worker_ids))
    return {
        worker_id: Side(**places[0], memberships=[MembershipLine(**place) for place in places])
        for worker_id, places in (
            (worker_id, [dict(row) for row in found])
            for worker_id, found in groupby(rows, key=itemgetter("worker_id"))
        )
    }


def _opened(side: Side, person: Person | None) -> Side:
    if person is None:
        return side
    tells_apart = {
        "name": person.name,
        "nik": masked(person.nik),
        "kk": masked(person.kk),
        "born_on": person.born_on,
        "mother": person.mother,
    }
    return side.model_copy(update=tells_apart)


def _line(held: Review, sides: Mapping[UUID, Side]) -> ReviewLine:
    return ReviewLine(
        review_id=held.review_id,
        kind=cast("ReviewKind", held.kind),
        state="open" if held.decided_at is None else "decided",
        worker_id=held.worker_id,
        other_worker_id=held.other_worker_id,
        village_code=held.village_code,
        raised_at=held.raised_at,
        decided_at=held.decided_at,
        decided_by=held.decided_by,
        outcome=cast("ReviewOutcome | None", held.outcome),
        reason=held.reason,
        sides=[sides[each] for each in _about(held) if each in sides],
    )
