"""An account on a real Postgres: asked for its balance, unblocked, upgraded, closed, unused."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from chassis.state.unit import EVERYWHERE
from contracts.banking import (
    AccountClosed,
    AccountUnblocked,
    AccountUpgraded,
    BalanceInquired,
    PayoutOrdered,
)
from contracts.event import Cause
from contracts.types import AccountId, ClaimId, PartyId, PayoutId, WorkerId
from services.banking.queries.activity import facts, last_used
from services.banking.rules.account_use import AccountFacts
from tests.component.counter_office import Counters, counters, hold, pay_in, refused

__all__ = ["counters"]

BRANCH = {"branch": "Kupang Utama"}
WHY = {"reason": "Holder's letter of 3 July"}


async def facts_of(counters: Counters, account_id: UUID) -> AccountFacts:
    async with counters.bank.units.reading(area=EVERYWHERE) as session:
        found = await facts(session, [account_id], now=counters.bank.clock.now())
    return found[AccountId(account_id)]


async def test_the_holder_is_told_what_is_there_and_what_of_it_is_free(counters: Counters) -> None:
    account_id = await counters.active()
    await pay_in(counters.bank, account_id, 50_000)
    await hold(counters.bank, account_id, 20_000)
    counters.bank.clock.set(counters.bank.clock.now() + timedelta(days=1))
    answer = await counters.post(account_id, "balance-inquiries", BRANCH, name="ask")
    told = answer.json()
    assert (told["balance"], told["held"], told["available"]) == (50_000, 20_000, 30_000)
    assert told["last_used_at"].startswith("2025-07-07")
    assert (await counters.post(account_id, "balance-inquiries", BRANCH, name="ask")).json() == told
    (inquired,) = await counters.bank.recorded(BalanceInquired)
    assert inquired.inquired_by.startswith("officer")
    assert (await counters.bank.replay()).same


async def test_only_the_holder_of_an_active_account_is_told(counters: Counters) -> None:
    collected, blocked = await counters.collected(), await counters.active()
    await counters.block(blocked)
    assert refused(await counters.post(collected, "balance-inquiries", BRANCH)) == (
        409, "account-not-active",
    )  # fmt: skip
    assert refused(await counters.post(blocked, "balance-inquiries", BRANCH)) == (
        409, "account-blocked",
    )  # fmt: skip


async def test_unused_accounts_become_inactive_and_dormant_and_a_question_wakes_them(
    counters: Counters,
) -> None:
    account_id = await counters.active()
    start = counters.bank.clock.now()
    counters.bank.clock.set(start + timedelta(days=1))
    await pay_in(counters.bank, account_id, 1_000)
    for days, standing in ((361, "active"), (362, "inactive"), (1801, "inactive")):
        counters.bank.clock.set(start + timedelta(days=days))
        assert (await facts_of(counters, account_id)).standing == standing
        assert (await counters.account(account_id))["standing"] == standing
    counters.bank.clock.set(start + timedelta(days=1802))
    assert (await counters.account(account_id))["standing"] == "dormant"
    assert (await counters.post(account_id, "balance-inquiries", BRANCH)).is_success
    assert (await counters.account(account_id))["standing"] == "active"
    async with counters.bank.units.reading(area=EVERYWHERE) as session:
        used = await last_used(session, [account_id])
    assert used == {AccountId(account_id): start + timedelta(days=1802)}


async def test_a_blocked_account_is_freed_with_a_reason_and_once(counters: Counters) -> None:
    account_id = await counters.active()
    assert refused(await counters.post(account_id, "unblocking", WHY)) == (
        409, "account-not-blocked",
    )  # fmt: skip
    await counters.block(account_id)
    answer = await counters.post(account_id, "unblocking", WHY, name="free")
    assert (answer.status_code, answer.json()["state"]) == (200, "active")
    again = await counters.post(account_id, "unblocking", WHY, name="free")
    assert again.json() == answer.json()
    assert len(await counters.bank.recorded(AccountUnblocked)) == 1
    await counters.bank.hear_again()
    assert not (await counters.account(account_id))["blocked"]
    assert (await counters.bank.replay()).same


async def test_an_active_account_gets_the_limits_of_another_product(counters: Counters) -> None:
    account_id, unseen = await counters.active(), await counters.collected()
    assert (await facts_of(counters, account_id)).product.balance_max == 20_000_000
    savings = {"product": "savings"}
    assert refused(await counters.post(unseen, "upgrade", savings)) == (409, "account-not-active")
    assert refused(await counters.post(account_id, "upgrade", {"product": "gold"})) == (
        422, "product-unknown",
    )  # fmt: skip
    answer = await counters.post(account_id, "upgrade", savings)
    assert (answer.status_code, answer.json()["product"]) == (200, "savings")
    assert (await facts_of(counters, account_id)).product.balance_max is None
    assert refused(await counters.post(account_id, "upgrade", savings)) == (
        409, "product-unchanged",
    )  # fmt: skip
    await pay_in(counters.bank, account_id, 20_000_001)
    assert refused(await counters.post(account_id, "upgrade", {"product": "basic"})) == (
        409, "product-limit",
    )  # fmt: skip
    assert len(await counters.bank.recorded(AccountUpgraded)) == 1
    assert (await counters.bank.replay()).same


async def test_only_an_empty_account_that_expects_nothing_is_closed(counters: Counters) -> None:
    full, kept, expecting, empty = [await counters.active() for _ in range(4)]
    await pay_in(counters.bank, full, 1)
    await pay_in(counters.bank, kept, 1)
    await hold(counters.bank, kept, 1)
    await order_payout(counters, expecting)
    assert refused(await counters.post(full, "closure", WHY)) == (409, "account-not-empty")
    assert refused(await counters.post(kept, "closure", WHY)) == (409, "money-kept-back")
    assert refused(await counters.post(expecting, "closure", WHY)) == (409, "payout-expected")
    assert (await counters.post(empty, "closure", WHY)).json()["state"] == "closed"
    for act, body in (("closure", WHY), ("unblocking", WHY), ("balance-inquiries", BRANCH)):
        assert refused(await counters.post(empty, act, body)) == (409, "account-closed")
    assert len(await counters.bank.recorded(AccountClosed)) == 1
    assert (await counters.bank.replay()).same


async def test_a_full_account_that_nothing_may_leave_is_unblocked_first(
    counters: Counters,
) -> None:
    free, blocked = await counters.active(), await counters.active()
    for account_id in (free, blocked):
        await pay_in(counters.bank, account_id, 1)
    await counters.block(blocked)
    told = [
        (await counters.post(account_id, "closure", WHY)).json()["detail"]
        for account_id in (free, blocked)
    ]
    assert ["unblock it" in detail for detail in told] == [False, True]


async def test_an_empty_account_of_somebody_who_died_can_be_closed(counters: Counters) -> None:
    account_id = await counters.active()
    await counters.block(account_id)
    assert (await counters.post(account_id, "closure", WHY)).json()["state"] == "closed"


@pytest.mark.parametrize("act", ["closure", "unblocking"])
async def test_two_officers_at_once_change_it_once(counters: Counters, act: str) -> None:
    account_id = await counters.active()
    await counters.block(account_id)
    answers = await asyncio.gather(
        *(
            counters.post(account_id, act, WHY, by=by)
            for by in (counters.officer, counters.second) * 2
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def order_payout(counters: Counters, account_id: UUID) -> None:
    """A benefit that waits for money."""
    holder_id = (await counters.account(account_id))["holder_id"]
    payout_id = PayoutId(UUID(int=UUID(holder_id).int ^ 1))
    ordered = PayoutOrdered(
        **Cause(payout_id, payout_id).stamp("order", at=counters.bank.clock.now()),
        payout_id=payout_id,
        claim_id=ClaimId(payout_id),
        worker_id=WorkerId(payout_id),
        payee_id=PartyId(UUID(holder_id)),
        benefit="funeral",
        amount=10_000_000,
        rail="same-bank",
    )
    async with counters.bank.units.bulk(area=EVERYWHERE) as unit:
        await unit.record([ordered])


def cash(amount: int) -> dict[str, object]:
    return BRANCH | {"amount": amount}


async def test_what_left_this_month_counts_where_the_product_limits_it(counters: Counters) -> None:
    account_id = await counters.active()
    await pay_in(counters.bank, account_id, 3_000_000)
    answer = await counters.post(account_id, "cash-out", cash(3_000_000))
    assert answer.status_code == 201, answer.text
    assert (await facts_of(counters, account_id)).debited_this_month == 3_000_000
    await pay_in(counters.bank, account_id, 3_000_000)
    assert refused(await counters.post(account_id, "cash-out", cash(2_000_001))) == (
        409,
        "product-debit-limit",
    )
    counters.bank.clock.set(datetime(2025, 7, 31, 16, 0, tzinfo=UTC))
    assert (await facts_of(counters, account_id)).debited_this_month == 0
    assert (await counters.post(account_id, "cash-out", cash(2_000_001))).status_code == 201
