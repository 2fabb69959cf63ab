"""Show payouts: where a benefit is, and what waits for a person or for money."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.web.access import Caller
from chassis.web.sheets import Cell
from services.banking.adapters.breaker import State
from services.banking.operations.payout_queue import PayoutUnknown
from services.banking.queries import payout_lists as queries
from services.banking.queries import payout_money
from services.banking.queries.payout_lists import Row, Wanted
from services.banking.rules.payouts import bring_money, waits_for_money

SEES_ACCOUNTS = frozenset({"bank", "auditor"})
COLUMNS = (
    "payout_id", "claim_id", "worker_id", "benefit", "amount", "rail", "state", "ordered_at",
    "submitted_at", "finished_at", "reason", "stopped_reason", "stopped_words", "replaces",
    "replaced_by",
)  # fmt: skip
"""Of an export: nothing in it is bank secrecy's."""


class PayeeAccount(BaseModel):
    """The account at this bank; for bank and auditor only."""

    account_id: UUID
    number_masked: str | None


class PayoutStanding(BaseModel):
    """Where a benefit is. Amounts in rupiah."""

    payout_id: UUID
    claim_id: UUID
    worker_id: UUID
    payee_id: UUID
    benefit: str
    amount: int
    rail: str
    state: str
    ordered_at: datetime
    submitted_at: datetime | None
    finished_at: datetime | None
    reason: str | None
    """Why it failed, or that it waits for money."""
    shortfall: int | None
    """What the Insurer account lacks to pay this and all that was ordered before; null: it does not
    wait for money."""
    stopped_reason: str | None
    """While this is there, a person has to look."""
    stopped_words: str | None
    stopped_at: datetime | None
    proposed_outcome: str | None
    proposed_evidence: str | None
    proposed_by: str | None
    confirmed_by: str | None
    replaces: UUID | None
    replaced_by: UUID | None
    line_id: UUID | None
    """The line of the decision; null: ordered before it was told."""
    tries: int | None
    """Tries that brought no clear answer of the rail; None: it was never with the rail."""
    next_try_at: datetime | None
    account: PayeeAccount | None


class Payouts(BaseModel):
    """A page of payouts, the oldest first."""

    payouts: list[PayoutStanding]
    next_after: UUID | None
    """Ask with `after` set to this for the next page; null: there is none."""


class Stopped(BaseModel):
    """Payouts that stand still for one reason."""

    stopped_reason: str
    payouts: int
    amount: int


class WaitingForMoney(BaseModel):
    """Ordered payouts that the Insurer account does not carry. Amounts in rupiah."""

    payouts: int
    """Of the area. `GET /payouts?state=ordered` shows each, with its `shortfall`."""
    amount: int
    """What these come to."""
    insurer_balance: int
    """What the Insurer account may pay now: the whole bank's, as `shortfall` is."""
    shortfall: int
    """What it lacks for all that wait, wherever."""
    words: str | None
    """What to do; null: nothing waits for money anywhere."""


class WaitingForReissue(BaseModel):
    """Failed payouts whose benefit nobody has sent anew."""

    payouts: int
    """Of the area. `GET /payouts?state=failed` shows each: `replaced_by` is null."""
    amount: int
    """What these come to, in rupiah."""


class Queue(BaseModel):
    """What waits for a person or for money, and whether the rail answers."""

    rail: State
    """`open`: it does not, and is left alone; `half-open`: it is being tried."""
    waiting_for_money: WaitingForMoney
    waiting_for_reissue: WaitingForReissue
    stopped: list[Stopped]
    payouts: list[PayoutStanding]
    next_after: UUID | None


async def payouts(session: AsyncSession, wanted: Wanted, *, by: Caller) -> Payouts:
    """A page of payouts of an area."""
    rows = await queries.listed(session, wanted)
    shown = [_standing(row, by=by) for row in rows]
    return Payouts(payouts=shown, next_after=_next(rows, wanted))


async def queue(session: AsyncSession, wanted: Wanted, *, rail: State, by: Caller) -> Queue:
    """The payouts of an area that wait for a person; how many wait for money, how many to be sent
    anew."""
    rows = await queries.listed(session, wanted._replace(stopped=True))
    return Queue(
        rail=rail,
        waiting_for_money=await _waiting_for_money(session, area=wanted.area),
        waiting_for_reissue=WaitingForReissue(
            **await queries.waiting_for_reissue(session, area=wanted.area)
        ),
        stopped=[Stopped(**each) for each in await queries.counts(session, area=wanted.area)],
        payouts=[_standing(row, by=by) for row in rows],
        next_after=_next(rows, wanted),
    )


async def one(session: AsyncSession, payout_id: UUID, *, by: Caller) -> PayoutStanding:
    """How a payout stands. Raises: PayoutUnknown, OutsideArea."""
    row = await queries.one(session, payout_id)
    if row is None:
        raise PayoutUnknown("no payout has this id: look it up by its claim, GET /payouts?claim=")
    by.check_area(await queries.area_of(session, row["worker_id"]) or by.area.split(".")[0])
    return _standing(row, by=by)


async def rows(session: AsyncSession, wanted: Wanted) -> AsyncIterator[Sequence[Cell]]:
    """All payouts that are asked for, as rows of a sheet."""
    async for row in queries.every(session, wanted):
        shown = _shown(row)
        yield [shown[column] for column in COLUMNS]


def _standing(row: Row, *, by: Caller) -> PayoutStanding:
    account = None
    if by.role in SEES_ACCOUNTS and row["account_id"] is not None:
        account = PayeeAccount(account_id=row["account_id"], number_masked=row["number_masked"])
    shown = {
        name: value for name, value in _shown(row).items() if name in PayoutStanding.model_fields
    }
    return PayoutStanding(**shown, account=account)


def _shown(row: Row) -> dict[str, Any]:
    """The row; one that waits for money has that for its reason."""
    shortfall = row["shortfall"]
    return dict(row) | ({"reason": waits_for_money(shortfall)} if shortfall else {})


async def _waiting_for_money(session: AsyncSession, *, area: str) -> WaitingForMoney:
    found = await payout_money.waited_for(session, area=area)
    words = bring_money(found["shortfall"]) if found["shortfall"] else None
    return WaitingForMoney(**found, words=words)


def _next(rows: Sequence[Row], wanted: Wanted) -> UUID | None:
    return rows[-1]["payout_id"] if len(rows) == wanted.limit else None
