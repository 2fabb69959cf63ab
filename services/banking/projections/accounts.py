"""Accounts: opened, handed over, verified, blocked, closed."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.tables import add_to_rows, insert_rows, put_rows, update_rows
from contracts.banking import (
    AccountActivated,
    AccountBlocked,
    AccountClosed,
    AccountDeferred,
    AccountNumbered,
    AccountOpened,
    AccountUnblocked,
    AccountUpgraded,
    BalanceInquired,
    HolderVerified,
    NumberRangeAdded,
    PapersSeen,
    PassbookCollected,
    PassbookReady,
    SubjectKeyRead,
)
from services.banking.models import Account, Deferral, Holder, NumberCount, NumberRange
from services.banking.projections.registered import projections
from services.banking.rules.products import product_of

_NOT_DEFERRED = text("DELETE FROM deferrals WHERE worker_id = ANY(CAST(:workers AS uuid[]))")

projections.changes_nothing(PapersSeen, SubjectKeyRead)


@projections.applies(NumberRangeAdded)
async def ranges_added(session: AsyncSession, events: Sequence[NumberRangeAdded]) -> None:
    """Numbers that may be given."""
    rows = [
        {
            "range_id": e.range_id,
            "first": e.first,
            "last": e.last,
            "added_by": e.added_by,
            "added_at": e.occurred_at,
            "correlation_id": e.correlation_id,
        }
        for e in events
    ]
    await insert_rows(session, NumberRange, rows)


@projections.applies(AccountOpened)
async def accounts_opened(session: AsyncSession, events: Sequence[AccountOpened]) -> None:
    """A savings account; nothing is missing any more."""
    await insert_rows(
        session,
        Account,
        [
            {
                "account_id": e.account_id,
                "holder_id": e.holder_id,
                "holder": e.holder,
                "product": e.product or product_of(e.holder),
                "number_masked": e.number_masked,
                "number": e.number,
                "village_code": e.village_code,
                "state": "opened",
                "opened_at": e.occurred_at,
            }
            for e in events
        ],
    )
    await session.execute(_NOT_DEFERRED, {"workers": [e.holder_id for e in events]})
    await _count_numbers(session, events)


@projections.applies(AccountNumbered)
async def accounts_numbered(session: AsyncSession, events: Sequence[AccountNumbered]) -> None:
    """A number that was waited for."""
    rows = [
        {"account_id": e.account_id, "number_masked": e.number_masked, "number": e.number}
        for e in events
    ]
    await update_rows(session, Account, rows, keys=("account_id",))
    await _count_numbers(session, events)


async def _count_numbers(
    session: AsyncSession, events: Sequence[AccountOpened | AccountNumbered]
) -> None:
    given = Counter(e.range_id for e in events if e.range_id is not None)
    rows = [{"range_id": range_id, "given": number} for range_id, number in given.items()]
    await add_to_rows(session, NumberCount, rows, keys=("range_id",))


@projections.applies(AccountDeferred)
async def accounts_deferred(session: AsyncSession, events: Sequence[AccountDeferred]) -> None:
    """A member whose papers are missing, now fewer of them perhaps."""
    rows = [
        {"worker_id": e.worker_id, "missing": " ".join(e.missing), "deferred_at": e.occurred_at}
        for e in events
    ]
    await put_rows(session, Deferral, rows, keys=("worker_id",))


@projections.applies(PassbookReady)
async def passbooks_ready(session: AsyncSession, events: Sequence[PassbookReady]) -> None:
    """A passbook that waits."""
    rows = [
        {
            "account_id": e.account_id,
            "state": "ready",
            "branch": e.branch,
            "prepared_by": e.prepared_by,
            "prepared_at": e.occurred_at,
        }
        for e in events
    ]
    await _change(session, rows)


@projections.applies(PassbookCollected)
async def passbooks_collected(session: AsyncSession, events: Sequence[PassbookCollected]) -> None:
    """A passbook that was handed over."""
    rows = [
        {
            "account_id": e.account_id,
            "state": "collected",
            "branch": e.branch,
            "collected_by": e.collected_by,
            "collected_at": e.occurred_at,
            "handed_by": e.handed_by,
            "power_of_attorney": e.power_of_attorney,
            "proxy": e.proxy,
        }
        for e in events
    ]
    await _change(session, rows)


@projections.applies(HolderVerified)
async def holders_verified(session: AsyncSession, events: Sequence[HolderVerified]) -> None:
    """What the bank knows of who appeared, the last time."""
    rows = [
        {
            "holder_id": e.holder_id,
            "account_id": e.account_id,
            "level": e.level,
            "name_matches": e.name_matches,
            "nik_matches": e.nik_matches,
            "screening": e.screening,
            "screening_reference": e.screening_reference,
            "identity": e.identity.model_dump_json(),
            "verified_by": e.verified_by,
            "verified_at": e.occurred_at,
        }
        for e in events
    ]
    await put_rows(session, Holder, rows, keys=("holder_id",))


@projections.applies(AccountActivated)
async def accounts_activated(session: AsyncSession, events: Sequence[AccountActivated]) -> None:
    """The holder may use it."""
    rows = [
        {
            "account_id": e.account_id,
            "state": "active",
            "activated_by": e.activated_by,
            "activated_at": e.occurred_at,
        }
        for e in events
    ]
    await _change(session, rows)


@projections.applies(AccountBlocked)
async def accounts_blocked(session: AsyncSession, events: Sequence[AccountBlocked]) -> None:
    """Nothing leaves the account any more."""
    rows = [
        {"account_id": e.account_id, "blocked_at": e.occurred_at, "claim_id": e.claim_id}
        for e in events
    ]
    await _change(session, rows)


@projections.applies(AccountUnblocked)
async def accounts_unblocked(session: AsyncSession, events: Sequence[AccountUnblocked]) -> None:
    """Money may leave it again."""
    rows = [{"account_id": e.account_id, "blocked_at": None} for e in events]
    await _change(session, rows)


@projections.applies(AccountUpgraded)
async def accounts_upgraded(session: AsyncSession, events: Sequence[AccountUpgraded]) -> None:
    """Other limits."""
    await _change(session, [{"account_id": e.account_id, "product": e.product} for e in events])


@projections.applies(AccountClosed)
async def accounts_closed(session: AsyncSession, events: Sequence[AccountClosed]) -> None:
    """It takes nothing any more."""
    await _change(
        session, [{"account_id": e.account_id, "closed_at": e.occurred_at} for e in events]
    )


@projections.applies(BalanceInquired)
async def balances_inquired(session: AsyncSession, events: Sequence[BalanceInquired]) -> None:
    """A use of the account."""
    await _change(
        session, [{"account_id": e.account_id, "inquired_at": e.occurred_at} for e in events]
    )


async def _change(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    await update_rows(session, Account, rows, keys=("account_id",))
