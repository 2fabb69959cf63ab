"""The end of a day on one sheet: the books, the rail's statement, what differs, who did what."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.banking.models import ClosedDay, RailStatement
from services.banking.operations import trial_balances
from services.banking.operations.differences import DifferenceStanding, shown
from services.banking.operations.evenings import evening_of
from services.banking.operations.trial_balances import TrialBalance
from services.banking.queries import days as queries
from services.banking.queries import figures
from services.banking.queries import reconciliation as statements
from services.banking.queries.reconciliation import Asked
from services.banking.rules import days as rules
from services.banking.rules.days import Books
from services.banking.rules.ledger import SUSPENSE
from services.banking.rules.reconciliation import DIFFERENCES_MAX

UNKNOWN_SHOWN_MAX = 1_000
SUSPENSE_SHOWN_MAX = 1_000
DIFFERENCES_SHOWN_MAX = 2 * DIFFERENCES_MAX
"""With those that are resolved."""
State = Literal["open", "closed"]


class Closed(BaseModel):
    """A day that is closed, as it stood then. Amounts in rupiah."""

    day: date
    statement_id: UUID
    matched: int
    differences: int
    """All of them explained and accepted."""
    unknown: int
    """Payouts whose outcome was open; they are carried to the next day."""
    debits: int
    credits: int
    closed_by: str
    closed_at: datetime


class StatementShown(BaseModel):
    """A statement that the rail sent for the day."""

    statement_id: UUID
    number: int
    format: str
    sha256: str
    lines: int
    amount: int
    received_by: str
    received_at: datetime


class PayoutSum(BaseModel):
    """Payouts and rupiah."""

    payouts: int
    amount: int


class OpenUnknown(BaseModel):
    """A payout that was submitted by the end of the day and of which nobody knows yet whether it
    arrived."""

    payout_id: UUID
    claim_id: UUID
    amount: int
    submitted_at: datetime
    stopped_reason: str | None
    proposed_outcome: str | None


class InSuspense(BaseModel):
    """Money in suspense for a difference of this or an earlier day."""

    difference_id: UUID
    day: date
    rail_reference: str
    amount: int


class BooksStanding(BaseModel):
    """The trial balance over all accounts of the bank."""

    debits: int
    credits: int
    sum_of_balances: int
    """0: what one account has another has given."""
    accounts_off: int
    """Accounts whose balance is not the sum of their transfers."""
    accounts_overdrawn: int
    balanced: bool


class AccountStanding(BaseModel):
    """One of the bank's or a programme's own accounts, or all savings accounts together."""

    account_id: UUID | None
    """null: all savings accounts together."""
    name: str
    debits: int
    credits: int
    balance: int


class Act(BaseModel):
    """Who did what when."""

    at: datetime
    by: str
    did: str


class DayReport(BaseModel):
    """The end of a day on one sheet. Amounts in rupiah."""

    day: date
    state: State
    as_of: datetime
    """When the report was made."""
    books_as_of: datetime
    """The trial balance is as of then: of a closed day, as of its close."""
    missing: list[str]
    """What keeps the day open, each with what to do; empty: it can be closed, or it is."""
    statements: list[StatementShown]
    """In the order they came; the last one counts."""
    settled: PayoutSum
    """What our book settled over the rail on the day, in Asia/Makassar."""
    matched: int
    """Transfers in the statement that agree with our book."""
    differences: list[DifferenceStanding]
    """Of the day, without those that are resolved."""
    resolved: int
    """Differences that a later statement or our own book did away with."""
    unknown: PayoutSum
    unknowns: list[OpenUnknown]
    """The oldest of them, at most 1,000."""
    suspense: int
    """What stands in suspense in all, by the ledger."""
    in_suspense: list[InSuspense]
    """For which differences, at most 1,000."""
    books: BooksStanding
    accounts: list[AccountStanding]
    closed: Closed | None
    acts: list[Act]


async def report(session: AsyncSession, day: date, *, now: datetime) -> DayReport:
    """The end of the day on one sheet. Raises: DayInTheFuture."""
    rules.check_not_in_future(day, now=now)
    evening = await evening_of(session, day)
    closed = await queries.closed(session, day)
    sent = await statements.statements_of(session, day)
    differences = await _differences(session, day)
    settled = await statements.settled(session, day)
    unknown = await queries.unknown_sum(session, day)
    balances = await figures.balances(session, [SUSPENSE])
    books_as_of = now if closed is None else closed.closed_at
    trial = await trial_balances.trial_balance(session, now=now, at=books_as_of, event_id=None)
    return DayReport(
        day=day,
        state="open" if closed is None else "closed",
        as_of=now,
        books_as_of=books_as_of,
        missing=rules.hindrances(evening) if closed is None else [],
        statements=[_statement(each) for each in sent],
        settled=PayoutSum(payouts=settled.number, amount=settled.amount),
        matched=evening.matched,
        differences=[each for each in differences if each.state != "resolved"],
        resolved=sum(each.state == "resolved" for each in differences),
        unknown=PayoutSum(payouts=unknown.number, amount=unknown.amount),
        unknowns=await _unknowns(session, day),
        suspense=-balances.get(SUSPENSE, 0),
        in_suspense=await _in_suspense(session),
        books=_books(evening.books, trial),
        accounts=[AccountStanding(**line.model_dump(exclude={"agrees"})) for line in trial.lines],
        closed=None if closed is None else closed_of(closed),
        acts=sorted(_acts(sent, differences, closed), key=lambda act: act.at),
    )


def closed_of(row: ClosedDay) -> Closed:
    """A closed day as others see it."""
    return Closed(**row.model_dump())


async def _differences(session: AsyncSession, day: date) -> list[DifferenceStanding]:
    rows = await statements.differences_of(
        session, Asked(day, None), after=None, limit=DIFFERENCES_SHOWN_MAX
    )
    return [shown(row) for row in rows]


async def _unknowns(session: AsyncSession, day: date) -> list[OpenUnknown]:
    found = await queries.unknown(session, day, rows_max=UNKNOWN_SHOWN_MAX)
    return [OpenUnknown(**each._asdict()) for each in found]


async def _in_suspense(session: AsyncSession) -> list[InSuspense]:
    return [
        InSuspense(
            difference_id=each.difference_id,
            day=each.day,
            rail_reference=each.rail_reference,
            amount=each.suspense,
        )
        for each in await queries.in_suspense(session, rows_max=SUSPENSE_SHOWN_MAX)
    ]


def _books(books: Books, trial: TrialBalance) -> BooksStanding:
    """Whether accounts agree with their transfers is as of now, the sums as of the report."""
    return BooksStanding(
        debits=trial.debits,
        credits=trial.credits,
        sum_of_balances=trial.sum_of_balances,
        accounts_off=books.accounts_off,
        accounts_overdrawn=books.accounts_overdrawn,
        balanced=books.balanced and trial.equal,
    )


def _statement(row: RailStatement) -> StatementShown:
    return StatementShown(**row.model_dump(include=set(StatementShown.model_fields)))


def _acts(
    sent: Sequence[RailStatement],
    differences: Sequence[DifferenceStanding],
    closed: ClosedDay | None,
) -> Iterator[Act]:
    for each in sent:
        did = f"sent statement {each.number}: {each.lines:,} lines, {each.matched:,} matched"
        yield Act(at=each.received_at, by=each.received_by, did=did)
    for difference in differences:
        yield from _acts_on(difference)
    if closed is not None:
        yield Act(at=closed.closed_at, by=closed.closed_by, did="closed the day")


def _acts_on(each: DifferenceStanding) -> Iterator[Act]:
    name = f"{each.kind} {each.rail_reference}"
    if each.explained_at is not None and each.explained_by is not None:
        yield Act(at=each.explained_at, by=each.explained_by, did=f"explained {name}")
    if each.accepted_at is not None and each.accepted_by is not None:
        yield Act(at=each.accepted_at, by=each.accepted_by, did=f"accepted {name}")
    if each.recovered_at is not None and each.recovered_by is not None:
        yield Act(at=each.recovered_at, by=each.recovered_by, did=f"recovered money of {name}")
