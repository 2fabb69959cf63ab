"""A dead rail: nobody waits for it, nothing else stands still, one question tries it again."""

import asyncio
from dataclasses import replace

import pytest

from chassis.ids import new_id
from contracts.banking import PayoutSettled, PayoutStopped
from services.banking.adapters.breaker import Breaker, RailShut
from services.banking.operations.interbank import Interbank
from tests import bank_events as heard
from tests.alone import Alone
from tests.component.bank_neighbors import (
    RAIL_TIMEOUT_S,
    UNHURRIED,
    approve,
    check_books,
    deposit,
    give_key,
    money,
)
from tests.component.odd_fixtures import bank, holder, odd, payout_id
from tests.component.odd_rail import OddRail, Question, reset

__all__ = ["bank", "holder", "odd", "payout_id"]
REST_S = 0.3
PATIENCE = UNHURRIED._replace(tries_max=2, put_off_s=0.05)


@pytest.fixture
async def way(bank: Alone) -> Interbank:
    """A process's way to other banks whose circuit opens after three silences."""
    rail = bank.running.tools.rail
    rail.breaker = Breaker(failures_max=3, rest_s=REST_S)
    return Interbank(bank.units, replace(bank.running.tools, rail=rail), PATIENCE)


async def ordered(bank: Alone, holder: Alone, count: int, amount: int = 1_000_000) -> None:
    for _ in range(count):
        heir = heard.heir_registered(new_id(), new_id())
        await give_key(holder, heir.party_id)
        await approve(bank, heir, amount=amount)


def circuit(way: Interbank) -> str:
    return way.tools.rail.breaker.state


async def tries(bank: Alone) -> list[int]:
    return [row["tries"] for row in await bank.rows("SELECT tries FROM submission")]


async def test_while_the_circuit_is_open_nothing_is_tried_and_no_try_counts(
    bank: Alone, holder: Alone, odd: OddRail, way: Interbank
) -> None:
    odd.behave |= dict.fromkeys(("inquiry", "transfer", "status"), reset)
    await ordered(bank, holder, 6)
    await way.step()
    assert circuit(way) == "open"
    asked, counted = len(odd.asked), sum(await tries(bank))
    assert await way.step() is False
    assert len(odd.asked) == asked
    for _ in range(4):  # and whoever tries it again counts none either
        await asyncio.sleep(REST_S)
        assert circuit(way) == "half-open"
        assert await way.step() is True
        asked += 1
        assert len(odd.asked) == asked
    assert sum(await tries(bank)) == counted
    assert await bank.recorded(PayoutStopped) == []
    queue = (await bank.client("bank", area="53").get("/payouts/queue")).json()
    assert queue["rail"] == "open"
    odd.behave.clear()
    await asyncio.sleep(REST_S)
    while await way.step():
        await asyncio.sleep(0.05)
    assert circuit(way) == "closed"
    assert len(await bank.recorded(PayoutSettled)) == len(odd.moved) == 6
    await check_books(bank)


async def test_a_dead_rail_stops_nothing_else(
    bank: Alone, holder: Alone, odd: OddRail, way: Interbank
) -> None:
    odd.behave |= dict.fromkeys(("inquiry", "transfer", "status"), reset)
    await ordered(bank, holder, 6)
    await way.step()
    heir = heard.heir_registered(new_id(), new_id(), account="open-here")
    await approve(bank, heir, amount=2_000_000)
    (settled,) = await bank.recorded(PayoutSettled)
    assert settled.amount == 2_000_000
    before = (await money(bank))[0]
    await deposit(bank, 5_000, document="SP2D 9")
    assert (await money(bank))[0] == before + 5_000


async def test_an_order_that_left_in_a_silence_is_asked_for_and_not_sent_again(
    bank: Alone, holder: Alone, odd: OddRail, way: Interbank
) -> None:
    async def lost(question: Question) -> None:
        odd.order(question)
        question.writer.transport.abort()

    odd.behave |= {"transfer": lost, "status": reset}
    await ordered(bank, holder, 6)
    await way.step()
    assert circuit(way) == "open"
    odd.behave.clear()
    for _ in range(40):
        await asyncio.sleep(0.05)
        await way.step()
        if len(await bank.recorded(PayoutSettled)) == 6:
            break
    assert len(odd.moved) == len(await bank.recorded(PayoutSettled)) == 6
    sent = [reference for service, reference in odd.asked if service == "transfer"]
    assert len(sent) == len(set(sent))
    await check_books(bank)


async def test_a_silence_of_a_day_is_a_persons(
    bank: Alone, holder: Alone, odd: OddRail, way: Interbank
) -> None:
    odd.behave |= {"transfer": reset, "status": reset}
    await ordered(bank, holder, 3)
    short = replace(way, patience=PATIENCE._replace(silence_max_s=0.2, tries_max=99))
    for _ in range(10):
        await short.step()
        await asyncio.sleep(REST_S)
    stopped = await bank.recorded(PayoutStopped)
    assert {each.reason for each in stopped} == {"outcome-unknown"}
    assert len(stopped) == 3


async def test_one_question_at_a_time_tries_the_rail_again() -> None:
    breaker = Breaker(failures_max=1, rest_s=0.05)
    with pytest.raises(OSError, match="down"):
        async with breaker.asking():
            raise OSError("down")
    with pytest.raises(RailShut):
        async with breaker.asking():
            pass
    await asyncio.sleep(0.06)
    async with breaker.asking():
        with pytest.raises(RailShut):
            async with breaker.asking():
                pass
    assert breaker.state == "closed"
    async with breaker.asking(), breaker.asking():
        pass


async def test_a_slow_answer_is_a_silence_too(
    bank: Alone, holder: Alone, odd: OddRail, way: Interbank
) -> None:
    async def sleeps(_question: Question) -> None:
        await asyncio.sleep(RAIL_TIMEOUT_S * 3)

    odd.behave["inquiry"] = sleeps
    await ordered(bank, holder, 4)
    await way.step()
    assert way.tools.rail.breaker.state != "closed"


async def test_the_circuit_is_a_metric(bank: Alone) -> None:
    bank.service.jobs(bank.running)
    bank.service.jobs(bank.running)  # a second time changes nothing
    text = (await bank.anonymous().get("/metrics")).text
    assert "rail_circuit 0.0" in text
