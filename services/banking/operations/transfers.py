"""Post transfers in batches."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.event import Cause, derived_id
from contracts.types import AccountId
from services.banking.queries import ledger as queries
from services.banking.queries.activity import facts
from services.banking.rules import transfers as rules
from services.banking.rules.account_use import AccountFacts
from services.banking.rules.transfers import Batch, Books, Row

KIND = "posting"


class RowRefused(BaseModel):
    """A row that was not posted."""

    row: int
    """Its place in the batch, counted from 1."""
    reference: UUID
    slug: str
    """Which rule refused it."""
    detail: str
    """What to do."""
    retryable: bool
    """Whether the same row may be posted later."""


class BatchPosted(BaseModel):
    """What became of a batch. `amount_posted` in rupiah."""

    batch_id: UUID
    rows: int
    posted: int
    """Rows that stand posted now, those of an earlier batch included."""
    posted_before: int
    """Those of them that stood posted before, with the same content."""
    amount_posted: int
    """What this batch moved."""
    refused: list[RowRefused]


async def post(unit: Unit, rows: Sequence[Row], *, by: Caller, cause: Cause) -> BatchPosted:
    """Post each row or refuse it, in the order given. Call it in a bulk unit: nobody else decides
    about money meanwhile."""
    books = await _books(unit, rows, by=by)
    batch = Batch(derived_id(cause.cause_id, "batch"), by.name, cause)
    outcome = rules.post(rows, books, batch=batch, now=unit.now)
    await unit.record(outcome.posted)
    return BatchPosted(
        batch_id=batch.batch_id,
        rows=len(rows),
        posted=len(outcome.posted) + outcome.repeated,
        posted_before=outcome.repeated,
        amount_posted=sum(event.transfer.amount for event in outcome.posted),
        refused=[
            RowRefused(
                row=each.row,
                reference=each.reference,
                slug=each.refusal.slug,
                detail=str(each.refusal),
                retryable=each.refusal.retryable,
            )
            for each in outcome.refused
        ],
    )


async def _books(unit: Unit, rows: Sequence[Row], *, by: Caller) -> Books:
    """What decides on the rows: a statement each, however many rows."""
    session = unit.session
    debited, credited = rules.accounts_of(rows)
    funds = await queries.funds(session)
    named = (debited | credited) - funds.keys()
    posted = await queries.posted(session, KIND, [row.reference for row in rows])
    ledger = await queries.ledger_locked(session, *map(AccountId, debited))
    savings: dict[UUID, AccountFacts] = {}
    savings.update((await facts(session, named, now=unit.now)).items())
    outside = await queries.outside_area(session, named, area=by.area)
    outside |= {each.account_id for each in funds.values() if not by.covers(each.province_code)}
    return Books(ledger, savings, funds.keys(), outside, posted)
