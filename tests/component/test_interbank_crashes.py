"""Payouts to other banks when a process of the bank dies, sleeps, or finds a neighbor missing."""

import asyncio
from dataclasses import replace
from typing import ClassVar
from uuid import UUID

import pytest

from chassis.ids import new_id
from contracts.banking import PayoutFailed, PayoutSettled, PayoutSubmitted
from services.banking.adapters import Tools
from services.banking.adapters.payees import Payee
from services.banking.adapters.rail import Rail as RailClient
from services.banking.adapters.rail import TransferOrder
from services.banking.operations.interbank import Interbank
from services.banking.rules.submissions import Verdict
from tests import bank_events as heard
from tests.alone import Alone
from tests.component.bank_fixtures import bank, holder, payout_id, rail, rail_folder, running
from tests.component.bank_neighbors import (
    ARRIVED,
    BENEFIT,
    CAPITAL,
    IMPATIENT,
    RETURNED,
    SET_ASIDE,
    approve,
    check_books,
    deposit,
    finish,
    give_key,
    held_by,
    money,
    way_out,
)
from tests.component.rail_process import Rail

__all__ = ["bank", "holder", "payout_id", "rail", "rail_folder", "running"]


class Died(BaseException):
    """The process ends here."""


class Dying(RailClient):
    """The real client, in a process that dies at one place of the dialog."""

    PLACES: ClassVar = ("before-the-inquiry", "before-the-transfer", "after-the-transfer")

    def __init__(self, inner: RailClient, place: str) -> None:
        self._inner = inner
        self.breaker = inner.breaker
        self._place = place

    async def check_payee(self, order: TransferOrder) -> Verdict | None:
        self._die("before-the-inquiry")
        return await self._inner.check_payee(order)

    async def transfer(self, order: TransferOrder) -> Verdict:
        self._die("before-the-transfer")
        verdict = await self._inner.transfer(order)
        self._die("after-the-transfer")
        return verdict

    async def status(self, payout_id: UUID, *, amount: int, payee: Payee | None) -> Verdict:
        verdict = await self._inner.status(payout_id, amount=amount, payee=payee)
        self._die("after-the-status")
        return verdict

    def _die(self, place: str) -> None:
        if place == self._place:
            raise Died


class Asleep(RailClient):
    """The real client, in a process that sleeps between the inquiry and what follows."""

    def __init__(self, inner: RailClient) -> None:
        self._inner = inner
        self.breaker = inner.breaker
        self.checked = asyncio.Event()
        self.woken = asyncio.Event()

    async def check_payee(self, order: TransferOrder) -> Verdict | None:
        found = await self._inner.check_payee(order)
        self.checked.set()
        await self.woken.wait()
        return found

    async def transfer(self, order: TransferOrder) -> Verdict:
        return await self._inner.transfer(order)


def process(bank: Alone, rail: RailClient) -> Interbank:
    """A process of the bank with this client; it has all the time it wants for its dialog."""
    tools: Tools = bank.running.tools
    return Interbank(bank.units, replace(tools, rail=rail), IMPATIENT._replace(dialog_s=30.0))


@pytest.mark.parametrize("place", Dying.PLACES)
async def test_a_bank_killed_at_any_place_pays_once_when_it_is_back(
    bank: Alone, rail: Rail, payout_id: UUID, place: str
) -> None:
    with pytest.raises(BaseExceptionGroup) as ended:
        await process(bank, Dying(bank.running.tools.rail, place)).step()
    assert ended.group_contains(Died)
    assert len(await bank.recorded(PayoutSubmitted)) == 1
    assert await money(bank) == SET_ASIDE
    assert await finish(bank) == "settled"
    (transfer,) = rail.book()
    assert (transfer["partnerReferenceNo"], transfer["requests"]) == (payout_id.hex, 1)
    assert (rail.moved(), await money(bank)) == (BENEFIT, ARRIVED)
    assert len(await bank.recorded(PayoutSettled)) == 1
    await check_books(bank)


@pytest.mark.parametrize("place", Dying.PLACES)
async def test_a_refused_payout_comes_back_once_wherever_the_bank_was_killed(
    bank: Alone, rail: Rail, payout_id: UUID, place: str
) -> None:
    rail.instruct(behavior="refuse", responseCode="4031814", partnerReferenceNo=payout_id.hex)
    with pytest.raises(BaseExceptionGroup):
        await process(bank, Dying(bank.running.tools.rail, place)).step()
    if place == "before-the-transfer":  # may have left: a refusal is confirmed by the status
        assert await money(bank) == SET_ASIDE
    assert await finish(bank) == "failed"
    assert (rail.moved(), await money(bank)) == (0, RETURNED)
    assert len(await bank.recorded(PayoutFailed)) == 1
    await check_books(bank)


@pytest.mark.usefixtures("payout_id")
async def test_killed_after_the_rail_told_the_status_it_is_asked_again(
    bank: Alone, rail: Rail
) -> None:
    for place in ("after-the-transfer", "after-the-status"):
        with pytest.raises(BaseExceptionGroup):
            await process(bank, Dying(bank.running.tools.rail, place)).step()
        await asyncio.sleep(IMPATIENT.lease_s)
    assert await finish(bank) == "settled"
    assert [line["requests"] for line in rail.book()] == [1]
    assert await money(bank) == ARRIVED


async def test_while_one_process_deals_with_a_payout_no_other_does(
    bank: Alone, rail: Rail, payout_id: UUID
) -> None:
    slow, other = way_out(bank), way_out(bank)
    rail.instruct(behavior="slow", partnerReferenceNo=payout_id.hex, delayS=0.2)
    first = asyncio.create_task(slow.step())
    while not rail.book():
        await asyncio.sleep(0.01)
    assert await other.step() is False
    await first
    assert await finish(bank) == "settled"
    assert [line["requests"] for line in rail.book()] == [1]


@pytest.mark.usefixtures("payout_id")
async def test_a_process_that_slept_through_its_lease_sends_nothing(
    bank: Alone, rail: Rail
) -> None:
    asleep = Asleep(bank.running.tools.rail)
    sleeper = asyncio.create_task(process(bank, asleep).step())
    await asleep.checked.wait()
    with held_by(rail, "Somebody Else"):  # so another process gives the money back
        assert await finish(bank) == "failed"
    asleep.woken.set()
    await sleeper
    assert (rail.book(), await money(bank)) == ([], RETURNED)
    await check_books(bank)


async def test_a_process_that_slept_through_its_lease_concludes_nothing(
    bank: Alone, rail: Rail, payout_id: UUID
) -> None:
    asleep = Asleep(bank.running.tools.rail)
    with held_by(rail, "Somebody Else"):
        sleeper = asyncio.create_task(process(bank, asleep).step())
        await asleep.checked.wait()
    rail.instruct(behavior="in-progress", partnerReferenceNo=payout_id.hex, delayS=1.0)
    other = way_out(bank)
    while not rail.book():
        await other.step()
    asleep.woken.set()
    await sleeper
    assert await money(bank) == SET_ASIDE
    assert await finish(bank) == "settled"
    assert await money(bank) == ARRIVED
    await check_books(bank)


@pytest.mark.usefixtures("payout_id")
async def test_without_a_note_of_what_left_the_rail_is_asked_before_anything_is_sent(
    bank: Alone, rail: Rail
) -> None:
    with pytest.raises(BaseExceptionGroup):
        await process(bank, Dying(bank.running.tools.rail, "after-the-transfer")).step()
    async with bank.units.engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM submission")
    assert await finish(bank) == "settled"
    assert [line["requests"] for line in rail.book()] == [1]


@pytest.mark.usefixtures("payout_id")
async def test_while_nobody_gives_keys_the_payout_waits_and_no_try_is_counted(
    bank: Alone, rail: Rail
) -> None:
    token_file = bank.running.settings.token_file
    token = token_file.read_text()
    token_file.write_text("none")
    impatient = IMPATIENT._replace(put_off_s=0.05, tries_max=1)
    for _ in range(3):
        await way_out(bank, impatient).step()
        await asyncio.sleep(0.1)
    assert await bank.rows("SELECT tries, sent_at FROM submission") == [
        {"tries": 0, "sent_at": None}
    ]
    assert (rail.book(), await money(bank)) == ([], SET_ASIDE)
    token_file.write_text(token)
    assert await finish(bank, impatient) == "settled"


async def test_a_payee_whose_key_was_erased_is_left_to_a_person(bank: Alone, rail: Rail) -> None:
    await approve(bank, heard.heir_registered(new_id(), new_id()))
    assert await finish(bank, IMPATIENT._replace(tries_max=2)) == "submitted"
    assert (rail.book(), await money(bank)) == ([], SET_ASIDE)


async def test_a_block_that_names_no_account_is_left_to_a_person(
    bank: Alone, holder: Alone, rail: Rail
) -> None:
    identity = heard.HeirIdentity(bank_code=None, account_number=None)
    heir = heard.heir_registered(new_id(), new_id(), identity)
    await give_key(holder, heir.party_id)
    await approve(bank, heir)
    assert await finish(bank, IMPATIENT._replace(tries_max=2)) == "submitted"
    assert (rail.book(), await money(bank)) == ([], SET_ASIDE)


async def test_a_payout_that_the_insurer_cannot_carry_leaves_when_it_can(
    bank: Alone, holder: Alone, rail: Rail
) -> None:
    heir = heard.heir_registered(new_id(), new_id())
    await give_key(holder, heir.party_id)
    await approve(bank, heir, amount=CAPITAL + 1)
    assert await way_out(bank).step() is False
    assert (rail.book(), await money(bank)) == ([], RETURNED)
    await deposit(bank, 1, document="SP2D 2")
    assert await finish(bank) == "settled"
    assert (rail.moved(), await money(bank)) == (CAPITAL + 1, (0, 0, CAPITAL + 1))


async def test_a_payout_to_somebody_the_bank_has_not_heard_of_stays_ordered(
    bank: Alone, rail: Rail
) -> None:
    worker_id, claim_id = new_id(), new_id()
    await bank.hear(heard.claim_approved(claim_id, worker_id, new_id()))
    assert await way_out(bank).step() is False
    assert (rail.book(), await money(bank)) == ([], RETURNED)
    states = {row["state"] for row in await bank.rows("SELECT state FROM payouts")}
    assert states == {"ordered"}


async def test_many_payouts_go_out_each_once(bank: Alone, holder: Alone, rail: Rail) -> None:
    ids = []
    for _ in range(20):
        heir = heard.heir_registered(new_id(), new_id())
        await give_key(holder, heir.party_id)
        ids.append(await approve(bank, heir, amount=1_000_000))
    processes = [way_out(bank) for _ in range(2)]
    for _ in range(30):
        await asyncio.gather(*(each.step() for each in processes))
        if len(await bank.recorded(PayoutSettled)) == len(ids):
            break
        await asyncio.sleep(0.05)
    references = [line["partnerReferenceNo"] for line in rail.book()]
    assert sorted(references) == sorted(payout_id.hex for payout_id in ids)
    assert await money(bank) == (CAPITAL - 20_000_000, 0, 20_000_000)
    await check_books(bank)
