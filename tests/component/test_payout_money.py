"""Payouts that wait because the Insurer account is empty: seen at once, and paid when it is not."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.state.unit import EVERYWHERE
from contracts.banking import PayoutSettled, PayoutStopped, PayoutSubmitted
from services.banking.operations.interbank import submit_waiting
from services.banking.rules.payouts import RAIL_AMOUNT_MAX
from tests import bank_events as heard
from tests.alone import START, Alone, MakeAlone
from tests.component.bank_neighbors import approve, deposit

MILLION = 1_000_000
NOTHING = {"payouts": 0, "amount": 0, "insurer_balance": 0, "shortfall": 0, "words": None}


@pytest.fixture
async def bank(alone: MakeAlone) -> Alone:
    return await alone("banking")


async def ordered(bank: Alone, amount: int, *, hour: int = 0, account: str = "open-here") -> UUID:
    """A payout that was ordered in this hour of the day."""
    bank.clock.set(START + timedelta(hours=hour))
    heir = heard.heir_registered(new_id(), new_id(), account=account)
    return await approve(bank, heir, amount=amount)


async def got(bank: Alone, path: str, *, role: str = "bank", area: str = "53") -> dict[str, Any]:
    answer = await bank.client(role, area=area).get(path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
async def waiting(bank: Alone) -> list[UUID]:
    """Two payouts that wait, within the bank and to another one: the Insurer account has Rp5m."""
    await deposit(bank, 25 * MILLION, document="SP2D 1")
    paid = await ordered(bank, 20 * MILLION)
    assert (await got(bank, f"/payouts/{paid}"))["state"] == "settled"
    first = await ordered(bank, 20 * MILLION, hour=1)
    return [first, await ordered(bank, 12 * MILLION, hour=2, account="elsewhere")]


async def test_a_payout_says_that_it_waits_for_money_and_how_much_lacks(
    bank: Alone, waiting: list[UUID]
) -> None:
    for payout_id, lacks in zip(waiting, (15 * MILLION, 27 * MILLION), strict=True):
        one = await got(bank, f"/payouts/{payout_id}")
        assert (one["state"], one["stopped_reason"]) == ("ordered", None)
        assert one["shortfall"] == lacks
        assert f"Rp{lacks:,}" in one["reason"]
        assert one["reason"].startswith("waits for money")
    listed = (await got(bank, "/payouts"))["payouts"]
    assert [each["shortfall"] for each in listed] == [None, 15 * MILLION, 27 * MILLION]
    assert listed[0]["reason"] is None
    sheet = await bank.client("bank", area="53").get("/payouts/sheet")
    assert sheet.text.count("waits for money") == len(waiting)


async def test_the_queue_tells_what_waits_what_it_needs_and_what_to_do(
    bank: Alone, waiting: list[UUID]
) -> None:
    told = (await got(bank, "/payouts/queue"))["waiting_for_money"]
    words = told.pop("words")
    assert told == {
        "payouts": len(waiting),
        "amount": 32 * MILLION,
        "insurer_balance": 5 * MILLION,
        "shortfall": 27 * MILLION,
    }
    assert "Rp27,000,000" in words
    assert "POST /deposits" in words


async def test_a_branch_counts_its_own_and_learns_what_the_whole_bank_lacks(
    bank: Alone, waiting: list[UUID]
) -> None:
    here = (await got(bank, "/payouts/queue", role="branch", area="53.71"))["waiting_for_money"]
    there = (await got(bank, "/payouts/queue", role="branch", area="53.72"))["waiting_for_money"]
    assert (here["payouts"], here["amount"]) == (len(waiting), 32 * MILLION)
    assert (there["payouts"], there["amount"]) == (0, 0)
    assert here["shortfall"] == there["shortfall"] == 27 * MILLION


async def test_the_metrics_count_what_waits_for_money(bank: Alone, waiting: list[UUID]) -> None:
    shown = (await bank.anonymous().get("/metrics")).text
    assert f"\npayouts_waiting_for_money {len(waiting)}.0" in shown
    assert "\ninsurer_shortfall_rupiah 2.7e+07" in shown


async def test_what_waits_for_something_else_does_not_wait_for_money(bank: Alone) -> None:
    """For papers, for the payee to be heard of, for a person; and what the money is enough for."""
    injured = heard.worker_enrolled(has_ktp=False)
    himself = heard.heir_registered(new_id(), injured.worker_id, account="open-here", role="member")
    amounts = {"funeral": MILLION}
    papers = heard.claim_approved(himself.claim_id, injured.worker_id, himself.party_id, amounts)
    unheard_of = heard.claim_approved(new_id(), injured.worker_id, new_id(), amounts)
    await bank.hear(injured, himself, papers, unheard_of)
    await ordered(bank, RAIL_AMOUNT_MAX + 1, account="elsewhere")
    await submit(bank)
    assert len(await bank.recorded(PayoutStopped)) == 1
    assert len((await got(bank, "/payouts?state=ordered"))["payouts"]) == 3
    assert (await got(bank, "/payouts/queue"))["waiting_for_money"] == NOTHING
    await deposit(bank, MILLION, document="SP2D 1")
    fits = await ordered(bank, MILLION, account="elsewhere")
    told = (await got(bank, "/payouts/queue"))["waiting_for_money"]
    assert told == NOTHING | {"insurer_balance": MILLION}
    one = await got(bank, f"/payouts/{fits}")
    assert (one["state"], one["reason"], one["shortfall"]) == ("ordered", None, None)


async def submit(bank: Alone) -> None:
    """What the job `interbank` does before it calls the rail."""
    async with bank.units.bulk(area=EVERYWHERE) as unit:
        await submit_waiting(unit)


@pytest.mark.parametrize("account", ["open-here", "elsewhere"])
async def test_money_that_comes_later_pays_what_waits_the_oldest_first(
    bank: Alone, account: str
) -> None:
    youngest, middle, oldest = [
        await ordered(bank, 20 * MILLION, hour=hour, account=account) for hour in (3, 2, 1)
    ]
    went: list[UUID] = []
    for number, payout_id in enumerate((oldest, middle, youngest), start=1):
        await deposit(bank, 20 * MILLION, document=f"SP2D {number}")
        if account == "elsewhere":
            await submit(bank)
        else:
            await bank.work("payouts")
        went.append(payout_id)
        settled = [each.payout_id for each in await bank.recorded(PayoutSettled)]
        assert settled + [each.payout_id for each in await bank.recorded(PayoutSubmitted)] == went
    assert (await got(bank, "/payouts/queue"))["waiting_for_money"] == NOTHING
    assert (await bank.replay()).same
