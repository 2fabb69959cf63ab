"""What becomes of a difference: explained by one person, accepted by another, recovered."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import NamedTuple, cast
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.banking import DifferenceKind
from contracts.event import Cause, derived_id
from services.banking.models import Difference
from services.banking.queries import reconciliation as queries
from services.banking.queries.ledger import is_posted, ledger_locked
from services.banking.queries.reconciliation import Asked
from services.banking.rules import ledger as postings
from services.banking.rules import reconciliation as rules
from services.banking.rules.ledger import OTHER_BANKS, SUSPENSE
from services.banking.rules.reconciliation import (
    Acting,
    DifferenceState,
    DifferenceUnknown,
    Known,
)


class DifferenceStanding(BaseModel):
    """A transfer on which the rail and our book differ. Amounts in rupiah."""

    difference_id: UUID
    day: date
    kind: DifferenceKind
    rail_reference: str
    """Of `missing-there`: our reference, which the rail does not have."""
    payout_id: UUID | None
    our_amount: int | None
    """What our book settled or holds set aside; null: nothing."""
    their_amount: int | None
    state: DifferenceState
    found_at: datetime
    explanation: str | None
    evidence: str | None
    explained_by: str | None
    explained_at: datetime | None
    accepted_by: str | None
    accepted_at: datetime | None
    resolved_at: datetime | None
    suspense: int
    """What of it stands in suspense."""
    recovered_by: str | None
    recovered_at: datetime | None
    next: str
    """What is to be done."""


class Differences(BaseModel):
    """A page of differences."""

    differences: list[DifferenceStanding]
    next_after: UUID | None
    """Ask again with `after` = this for the next page."""


class Page(NamedTuple):
    """Which page of a list."""

    after: UUID | None
    limit: int


class Explanation(NamedTuple):
    """Where a difference comes from, and the paper that shows it."""

    explanation: str
    evidence: str


class Recovery(NamedTuple):
    """What came back from suspense, in rupiah, and the paper that shows it."""

    amount: int
    evidence: str


async def differences(session: AsyncSession, asked: Asked, page: Page) -> Differences:
    """Differences of a day or of all, in a state or in any."""
    rows = await queries.differences_of(session, asked, after=page.after, limit=page.limit)
    return Differences(
        differences=[shown(row) for row in rows],
        next_after=rows[-1].difference_id if len(rows) == page.limit else None,
    )


async def difference(session: AsyncSession, difference_id: UUID) -> DifferenceStanding:
    """One difference. Raises: DifferenceUnknown."""
    return shown(_found(await queries.difference(session, difference_id), difference_id))


async def explain(
    unit: Unit, difference_id: UUID, words: Explanation, *, by: Caller, cause: Cause
) -> DifferenceStanding:
    """Say where it comes from. Raises: DifferenceUnknown, DifferenceResolvedAlready,
    DifferenceAcceptedAlready."""

    async def decide(known: Known, acting: Acting) -> None:
        await unit.record([rules.explain(known, words.explanation, words.evidence, acting=acting)])

    return await _decided(unit, difference_id, decide, by=by, cause=cause)


async def accept(
    unit: Unit, difference_id: UUID, *, by: Caller, cause: Cause
) -> DifferenceStanding:
    """Accept the explanation of another person; what the rail moved beyond our book goes to
    suspense.

    Raises: DifferenceUnknown, DifferenceResolvedAlready, DifferenceAcceptedAlready,
    DifferenceNotExplained, MakerIsChecker.
    """

    async def decide(known: Known, acting: Acting) -> None:
        ledger = await ledger_locked(unit.session, SUSPENSE, OTHER_BANKS)
        reference = await _reference(unit, known)
        await unit.record([rules.accept(known, ledger=ledger, reference=reference, acting=acting)])

    return await _decided(unit, difference_id, decide, by=by, cause=cause)


async def recover(
    unit: Unit, difference_id: UUID, recovery: Recovery, *, by: Caller, cause: Cause
) -> DifferenceStanding:
    """Take money out of suspense that came back or found its place. Raises: DifferenceUnknown,
    SuspenseTooSmall."""

    async def decide(known: Known, acting: Acting) -> None:
        ledger = await ledger_locked(unit.session, SUSPENSE, OTHER_BANKS)
        await unit.record(
            [rules.recover(known, recovery.amount, recovery.evidence, ledger=ledger, acting=acting)]
        )

    return await _decided(unit, difference_id, decide, by=by, cause=cause)


def shown(row: Difference) -> DifferenceStanding:
    """The difference as others see it."""
    kind, state = cast("DifferenceKind", row.kind), cast("DifferenceState", row.state)
    known = row.model_dump(exclude={"statement_id", "kind", "state"})
    return DifferenceStanding(**known, kind=kind, state=state, next=_next(row))


async def _decided(
    unit: Unit, difference_id: UUID, decide: Callable[[Known, Acting], Awaitable[None]], *,
    by: Caller, cause: Cause,
) -> DifferenceStanding:  # fmt: skip
    known = await queries.known_locked(unit.session, difference_id)
    if known is None:
        raise DifferenceUnknown(f"there is no difference {difference_id}: GET /differences")
    await decide(known, Acting(by.name, cause, unit.now))
    return await difference(unit.session, difference_id)


async def _reference(unit: Unit, known: Known) -> UUID:
    """What the posting to suspense is called: the difference, and when it was there before and
    went, the statement that brought it again."""
    first = known.difference_id
    if not await is_posted(unit.session, postings.suspense(first, 1)):
        return first
    return derived_id(first, f"again {known.statement_id}")


def _found(row: Difference | None, difference_id: UUID) -> Difference:
    if row is None:
        raise DifferenceUnknown(f"there is no difference {difference_id}: GET /differences")
    return row


def _next(row: Difference) -> str:
    if row.state == "open":
        return _to_explain(row)
    if row.state == "explained":
        return f"somebody other than {row.explained_by} accepts it"
    if row.suspense:
        return f"recover Rp{row.suspense:,} from the rail, then POST its recovery"
    return "nothing"


def _to_explain(row: Difference) -> str:
    if row.kind == "missing-there":
        return "ask the rail where the transfer is, then explain it"
    if row.kind == "amount-differs":
        return "ask the rail which amount moved, then explain it"
    if row.our_amount is not None:
        return "the payout is settled when the rail tells its status, or by two persons"
    if row.payout_id is not None:
        return "our book has not settled this payout: ask the rail to give it back, and explain it"
    return "ask the rail whose transfer it is, then explain it"
