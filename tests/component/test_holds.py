"""Holds and cash: money that stays, money over the counter."""

import asyncio

import httpx
import pytest

from chassis.ids import new_id
from contracts.banking import CashPaidIn, CashPaidOut, HoldPlaced, HoldReleased
from services.banking.rules.ledger import INSURER, VAULT
from tests.alone import Alone, MakeAlone, key
from tests.component.ledger_office import (
    FUND,
    FUNDED,
    active,
    balance_of,
    batch,
    check_ledger,
    ledger_bank,
    row,
    savings,
)

HOLD = {"amount": 600, "reason": "letter 12/PN"}
RELEASE = {"reason": "letter 15/PN"}
CASH = {"amount": 500, "branch": "Kupang Oebobo"}


@pytest.fixture
async def bank(alone: MakeAlone) -> Alone:
    return await ledger_bank(alone)


@pytest.fixture
def teller(bank: Alone) -> httpx.AsyncClient:
    return bank.client("bank", area="53", name="teller")


async def test_a_hold_keeps_money_back_and_its_release_frees_it_once(
    bank: Alone, teller: httpx.AsyncClient
) -> None:
    (account,) = await active(bank)
    await batch(bank, row(FUND, account, 1_000))
    placed = (await teller.post(f"/accounts/{account}/holds", json=HOLD, headers=key())).json()
    assert (placed["balance"], placed["held"], placed["available"]) == (1_000, 600, 400)
    release = f"/holds/{placed['hold_id']}/release"
    freed = (await teller.post(release, json=RELEASE, headers=key())).json()
    assert (freed["amount"], freed["held"], freed["available"]) == (600, 0, 1_000)
    twice = await teller.post(release, json=RELEASE, headers=key())
    assert (twice.status_code, twice.json()["slug"]) == (409, "hold-already-released")
    assert len(await bank.recorded(HoldReleased)) == 1
    listed = (await teller.get(f"/accounts/{account}/holds")).json()["holds"]
    assert [each["amount"] for each in listed] == [600]
    assert listed[0]["released_by"].startswith("teller")
    await check_ledger(bank)


async def test_no_more_is_held_than_is_free(bank: Alone, teller: httpx.AsyncClient) -> None:
    path = f"/accounts/{FUND}/holds"
    hold = HOLD | {"amount": FUNDED // 2}
    asked = (teller.post(path, json=hold, headers=key()) for _ in range(5))
    answers = await asyncio.gather(*asked)
    assert sorted(each.status_code for each in answers) == [201, 201, 409, 409, 409]
    assert await balance_of(bank, FUND) == (FUNDED, FUNDED)
    assert len(await bank.recorded(HoldPlaced)) == 2


async def test_a_programme_does_not_pay_out_what_is_held(
    bank: Alone, teller: httpx.AsyncClient
) -> None:
    (account,) = await savings(bank)
    hold = HOLD | {"amount": FUNDED}
    await teller.post(f"/accounts/{FUND}/holds", json=hold, headers=key())
    answer = (await batch(bank, row(FUND, account, 1))).json()
    assert [each["slug"] for each in answer["refused"]] == ["funds-insufficient"]


@pytest.mark.parametrize(
    ("account", "area", "slug"),
    [
        (FUND, "52", "outside-area"),
        (INSURER, "53", "account-unknown"),
        (new_id(), "53", "account-unknown"),
    ],
    ids=["elsewhere", "the bank's own", "nobody's"],
)
async def test_a_hold_is_for_accounts_of_customers_here(
    bank: Alone, account: object, area: str, slug: str
) -> None:
    caller = bank.client("bank", area=area)
    answer = await caller.post(f"/accounts/{account}/holds", json=HOLD, headers=key())
    assert answer.json()["slug"] == slug
    assert await bank.recorded(HoldPlaced) == []


async def test_an_unknown_hold_is_not_released(bank: Alone, teller: httpx.AsyncClient) -> None:
    answer = await teller.post(f"/holds/{new_id()}/release", json=RELEASE, headers=key())
    assert (answer.status_code, answer.json()["slug"]) == (404, "hold-unknown")
    assert await bank.recorded(HoldReleased) == []


async def test_cash_comes_and_goes_between_the_vault_and_the_account(
    bank: Alone, teller: httpx.AsyncClient
) -> None:
    (account,) = await active(bank)
    paid_in = await teller.post(f"/accounts/{account}/cash-in", json=CASH, headers=key("a"))
    assert (paid_in.status_code, paid_in.json()["balance"]) == (201, 500)
    again = await teller.post(f"/accounts/{account}/cash-in", json=CASH, headers=key("a"))
    assert again.json() == paid_in.json()
    out = CASH | {"amount": 200}
    paid_out = await teller.post(f"/accounts/{account}/cash-out", json=out, headers=key())
    assert (paid_out.json()["balance"], paid_out.json()["available"]) == (300, 300)
    assert (await balance_of(bank, VAULT))[0] == -300
    (came,) = await bank.recorded(CashPaidIn)
    (left,) = await bank.recorded(CashPaidOut)
    assert (came.branch, came.transfer.kind) == ("Kupang Oebobo", "cash-in")
    assert (left.transfer.kind, left.transfer.debit_balance) == ("cash-out", 300)
    await check_ledger(bank)


async def test_nothing_is_handed_out_before_the_holder_was_seen(
    bank: Alone, teller: httpx.AsyncClient
) -> None:
    (account,) = await savings(bank)
    await batch(bank, row(FUND, account, 1_000))
    answer = await teller.post(f"/accounts/{account}/cash-out", json=CASH, headers=key())
    assert (answer.status_code, answer.json()["slug"]) == (409, "account-not-active")
    assert await bank.recorded(CashPaidOut) == []


async def test_cash_beyond_the_products_limit_is_refused(
    bank: Alone, teller: httpx.AsyncClient
) -> None:
    (account,) = await savings(bank)
    much = CASH | {"amount": 20_000_001}
    answer = await teller.post(f"/accounts/{account}/cash-in", json=much, headers=key())
    assert (answer.status_code, answer.json()["slug"]) == (409, "product-limit")
    assert await bank.recorded(CashPaidIn) == []


@pytest.mark.parametrize("role", ["auditor", "branch", "province", "admin"])
async def test_only_the_bank_holds_and_counts_cash(bank: Alone, role: str) -> None:
    caller = bank.client(role, area="53")
    for path, body in (("holds", HOLD), ("cash-in", CASH), ("cash-out", CASH)):
        answer = await caller.post(f"/accounts/{FUND}/{path}", json=body, headers=key())
        assert (answer.status_code, answer.json()["slug"]) == (403, "role-not-allowed")
