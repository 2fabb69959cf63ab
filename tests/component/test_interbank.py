"""Benefits to other banks, through the real rail process, however it behaves."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.state.unit import EVERYWHERE
from contracts.banking import PayoutFailed, PayoutOrdered, PayoutSettled, PayoutSubmitted
from contracts.claims import SubjectKeyRead
from services.banking.adapters.payees import Payee
from services.banking.adapters.rail import TRANSFER, TransferOrder
from services.banking.adapters.rail import Rail as RailClient
from services.banking.operations import leases
from services.banking.operations.interbank import Concluded, conclude, submit_waiting
from services.banking.rules.submissions import Meaning
from tests import bank_events as heard
from tests.alone import Alone, MakeAlone
from tests.component import bank_neighbors as neighbors
from tests.component.bank_fixtures import bank, holder, payout_id, rail, rail_folder, running
from tests.component.bank_neighbors import (
    ARRIVED,
    BENEFIT,
    IMPATIENT,
    RETURNED,
    SET_ASIDE,
    UNHURRIED,
    approve,
    check_books,
    finish,
    held_by,
    money,
    way_out,
)
from tests.component.rail_process import Rail
from tests.tokens import Issuer

__all__ = ["bank", "holder", "payout_id", "rail", "rail_folder", "running"]


async def test_a_benefit_reaches_another_bank_and_the_key_read_is_on_record(
    bank: Alone, holder: Alone, rail: Rail, payout_id: UUID
) -> None:
    assert await finish(bank) == "settled"
    (transfer,) = rail.book()
    assert transfer["partnerReferenceNo"] == payout_id.hex
    assert transfer["amount"] == {"value": "20000000.00", "currency": "IDR"}
    assert transfer["beneficiaryAccountNo"] == "0356789012"
    (ordered,) = await bank.recorded(PayoutOrdered)
    (submitted,) = await bank.recorded(PayoutSubmitted)
    (settled,) = await bank.recorded(PayoutSettled)
    assert ordered.rail == "interbank"
    assert submitted.causation_id == settled.causation_id == ordered.event_id
    assert (settled.benefit, settled.amount) == ("lump-sum", BENEFIT)
    assert await money(bank) == ARRIVED
    (key_read,) = await holder.recorded(SubjectKeyRead)
    assert (key_read.read_by, key_read.subject_id) == ("banking", ordered.payee_id)
    await check_books(bank)


async def test_a_refusal_brings_the_money_back_with_the_rails_code(
    bank: Alone, rail: Rail, payout_id: UUID
) -> None:
    rail.instruct(behavior="refuse", responseCode="4031814", partnerReferenceNo=payout_id.hex)
    assert await finish(bank) == "failed"
    (failed,) = await bank.recorded(PayoutFailed)
    assert failed.reason.startswith("4031814")
    assert await bank.recorded(PayoutSettled) == []
    assert (rail.moved(), await money(bank)) == (0, RETURNED)
    await way_out(bank).step()
    assert len(rail.book()) == 1
    await check_books(bank)


@pytest.mark.parametrize("code", ["5001800", "4091801", "4041818", "4011800"])
async def test_a_refusal_that_does_not_decide_is_confirmed_by_the_status(
    bank: Alone, rail: Rail, payout_id: UUID, code: str
) -> None:
    rail.instruct(behavior="refuse", responseCode=code, partnerReferenceNo=payout_id.hex)
    await way_out(bank).step()
    assert await money(bank) == SET_ASIDE
    assert await finish(bank) == "failed"
    assert await money(bank) == RETURNED
    assert [line["requests"] for line in rail.book()] == [1]


@pytest.mark.parametrize(
    ("account_number", "code"), [("7777000018", "4031618"), ("7777000011", "4041611")]
)
async def test_nothing_is_sent_to_an_account_that_cannot_take_it(
    bank: Alone, holder: Alone, rail: Rail, account_number: str, code: str
) -> None:
    identity = heard.HeirIdentity(account_number=account_number)
    heir = heard.heir_registered(new_id(), new_id(), identity)
    await neighbors.give_key(holder, heir.party_id)
    await approve(bank, heir)
    assert await finish(bank) == "failed"
    (failed,) = await bank.recorded(PayoutFailed)
    assert failed.reason.startswith(code)
    assert (rail.book(), await money(bank)) == ([], RETURNED)


@pytest.mark.usefixtures("payout_id")
@pytest.mark.parametrize(
    ("name", "state"), [("MARSELINA  NDUN", "settled"), ("Somebody Else", "failed")]
)
async def test_only_an_account_in_the_payees_name_is_paid(
    bank: Alone, rail: Rail, name: str, state: str
) -> None:
    with held_by(rail, name):
        assert await finish(bank) == state
    for failed in await bank.recorded(PayoutFailed):
        assert failed.reason.startswith("name-differs")
        assert "Somebody" not in failed.reason
        assert rail.book() == []
    assert await money(bank) == (ARRIVED if state == "settled" else RETURNED)
    await check_books(bank)


@pytest.mark.parametrize("delay_s", [0.0, 2.0])
async def test_a_time_out_after_execution_is_found_settled(
    bank: Alone, rail: Rail, payout_id: UUID, delay_s: float
) -> None:
    rail.instruct(behavior="time-out-executed", partnerReferenceNo=payout_id.hex, delayS=delay_s)
    await way_out(bank).step()
    assert await money(bank) == SET_ASIDE
    assert await finish(bank) == "settled"
    assert [line["requests"] for line in rail.book()] == [1]
    assert (rail.moved(), await money(bank)) == (BENEFIT, ARRIVED)
    await check_books(bank)


async def test_a_time_out_without_execution_is_sent_again_under_the_same_reference(
    bank: Alone, rail: Rail, payout_id: UUID
) -> None:
    rail.instruct(
        behavior="time-out-not-executed", partnerReferenceNo=payout_id.hex, delayS=2.0, times=2
    )
    assert await finish(bank) == "settled"
    assert [line["partnerReferenceNo"] for line in rail.book()] == [payout_id.hex]
    assert (rail.moved(), await money(bank)) == (BENEFIT, ARRIVED)
    await check_books(bank)


async def test_a_refusal_of_a_second_sending_counts_only_when_the_status_says_it(
    bank: Alone, rail: Rail, payout_id: UUID
) -> None:
    lost: dict[str, Any] = {"behavior": "time-out-not-executed", "delayS": 0.0}
    refused: dict[str, Any] = {"behavior": "refuse", "responseCode": "4031814"}
    for instruction in (lost, refused):
        rail.instruct(partnerReferenceNo=payout_id.hex, **instruction)
    process = way_out(bank)
    for _ in range(2):
        await process.step()
        assert await money(bank) == SET_ASIDE
        await asyncio.sleep(0.15)
    assert await finish(bank) == "failed"
    assert await money(bank) == RETURNED


@pytest.mark.parametrize("behavior", ["slow", "in-progress"])
async def test_a_transfer_that_takes_its_time_is_asked_for_until_it_is_through(
    bank: Alone, rail: Rail, payout_id: UUID, behavior: str
) -> None:
    rail.instruct(behavior=behavior, partnerReferenceNo=payout_id.hex, delayS=1.0)
    assert await finish(bank) == "settled"
    assert [line["requests"] for line in rail.book()] == [1]
    assert (rail.moved(), await money(bank)) == (BENEFIT, ARRIVED)


async def test_an_answer_given_twice_settles_once(bank: Alone, rail: Rail, payout_id: UUID) -> None:
    rail.instruct(behavior="answer-twice", partnerReferenceNo=payout_id.hex)
    async with bank.units.bulk(area=EVERYWHERE) as unit:
        await submit_waiting(unit)
        (lease,) = await leases.take(unit.session, lease_s=1.0, silence_max_s=60.0, at_most=1)
    order = TransferOrder(payout_id, BENEFIT, Payee("Marselina Ndun", "014", "0356789012"))
    client: RailClient = bank.running.tools.rail
    verdicts = [await client.transfer(order) for _ in range(2)]
    assert [each.meaning for each in verdicts] == [Meaning.ARRIVED] * 2
    for verdict in verdicts:
        async with bank.units.bulk(area=EVERYWHERE) as unit:
            await conclude(unit, [Concluded(lease, verdict)], patience=IMPATIENT)
    assert len(await bank.recorded(PayoutSettled)) == 1
    assert (rail.moved(), await money(bank)) == (BENEFIT, ARRIVED)
    await check_books(bank)


@pytest.mark.parametrize("bytes_left", [0, 20, 170])
async def test_an_answer_that_breaks_off_is_asked_for_again(
    alone: MakeAlone,
    holder: Alone,
    rail: Rail,
    rail_folder: Path,
    issuer: Issuer,
    bytes_left: int,
) -> None:
    async with (
        neighbors.served(holder) as claims_url,
        neighbors.torn(rail, path=TRANSFER.path.encode(), bytes_left=bytes_left) as rail_url,
    ):
        bank = await neighbors.bank_at(
            alone,
            rail_url=rail_url,
            secret_file=rail_folder / "secret",
            claims_url=claims_url,
            issuer=issuer,
        )
        heir = heard.heir_registered(new_id(), new_id())
        await neighbors.give_key(holder, heir.party_id)
        await approve(bank, heir)
        await way_out(bank, UNHURRIED).step()
        assert (rail.moved(), await money(bank)) == (BENEFIT, SET_ASIDE)
        assert await finish(bank) == "settled"
        assert [line["requests"] for line in rail.book()] == [1]
        assert await money(bank) == ARRIVED
        await bank.running.tools.rail.close()
        await bank.running.tools.payees.close()


@pytest.mark.usefixtures("payout_id")
async def test_a_rail_that_never_answers_leaves_the_payout_to_a_person(
    bank: Alone, rail: Rail
) -> None:
    rail.kill()
    try:
        few = IMPATIENT._replace(tries_max=3)
        assert await finish(bank, few) == "submitted"
    finally:
        rail.start()
    auditor = bank.client("auditor", area="53")
    figures = (await auditor.get("/figures", params={"area": "53"})).json()
    assert figures["payouts_unknown"] == 1
    assert figures["payouts"]["submitted"] == 1
    await asyncio.sleep(0.3)
    assert await way_out(bank).step() is False
    assert (rail.book(), await money(bank)) == ([], SET_ASIDE)
    await check_books(bank)


async def test_the_rail_comes_back_and_the_payout_goes_on(
    bank: Alone, rail: Rail, payout_id: UUID
) -> None:
    rail.kill()
    try:
        await way_out(bank).step()
    finally:
        rail.start()
    assert await finish(bank) == "settled"
    assert [line["partnerReferenceNo"] for line in rail.book()] == [payout_id.hex]
