"""Transfers, and what they and holds make of balances."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.tables import add_to_rows, insert_rows, update_rows
from contracts.banking import CashPaidIn, CashPaidOut, HoldPlaced, HoldReleased, TransferPosted
from contracts.banking import Transfer as Moved
from services.banking.models import Balance, Hold, Transfer
from services.banking.projections.registered import projections


class Entry(NamedTuple):
    """A transfer, when it was made, and for what, where no document of its own says it."""

    transfer: Moved
    at: datetime
    purpose: str | None = None


async def move(session: AsyncSession, entries: Iterable[Entry]) -> None:
    """One row for both sides, and a delta on each account."""
    made = list(entries)
    await insert_rows(
        session,
        Transfer,
        [
            {
                "transfer_id": moved.transfer_id,
                "kind": moved.kind,
                "reference": moved.reference,
                "debit_account": moved.debit_account,
                "credit_account": moved.credit_account,
                "amount": moved.amount,
                "debit_balance": moved.debit_balance,
                "transferred_at": at,
                "purpose": purpose,
            }
            for moved, at, purpose in made
        ],
    )
    sides = [
        {"account_id": account_id, "balance": amount}
        for moved, _, _ in made
        for account_id, amount in (
            (moved.debit_account, -moved.amount),
            (moved.credit_account, moved.amount),
        )
    ]
    await add_to_rows(session, Balance, sides, keys=("account_id",))


@projections.applies(TransferPosted)
async def transfers_posted(session: AsyncSession, events: Sequence[TransferPosted]) -> None:
    """Transfers of a batch."""
    await move(session, (Entry(e.transfer, e.occurred_at, e.purpose) for e in events))


@projections.applies(CashPaidIn)
async def cash_paid_in(session: AsyncSession, events: Sequence[CashPaidIn]) -> None:
    """Cash onto an account."""
    await move(session, (Entry(e.transfer, e.occurred_at, e.branch) for e in events))


@projections.applies(CashPaidOut)
async def cash_paid_out(session: AsyncSession, events: Sequence[CashPaidOut]) -> None:
    """Cash from an account."""
    await move(session, (Entry(e.transfer, e.occurred_at, e.branch) for e in events))


@projections.applies(HoldPlaced)
async def holds_placed(session: AsyncSession, events: Sequence[HoldPlaced]) -> None:
    """Money that stays."""
    rows = [
        {
            "hold_id": e.hold_id,
            "account_id": e.account_id,
            "amount": e.amount,
            "reason": e.reason,
            "placed_by": e.placed_by,
            "placed_at": e.occurred_at,
        }
        for e in events
    ]
    await insert_rows(session, Hold, rows)
    await _keep_back(session, ((e, e.amount) for e in events))


@projections.applies(HoldReleased)
async def holds_released(session: AsyncSession, events: Sequence[HoldReleased]) -> None:
    """Money that is free again."""
    rows = [
        {"hold_id": e.hold_id, "released_by": e.released_by, "released_at": e.occurred_at}
        for e in events
    ]
    await update_rows(session, Hold, rows, keys=("hold_id",))
    await _keep_back(session, ((e, -e.amount) for e in events))


async def _keep_back(
    session: AsyncSession, changes: Iterable[tuple[HoldPlaced | HoldReleased, int]]
) -> None:
    rows = [{"account_id": e.account_id, "held": amount} for e, amount in changes]
    await add_to_rows(session, Balance, rows, keys=("account_id",))
