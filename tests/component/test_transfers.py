"""Transfers in batches: posted or refused row by row, each reference once."""

from uuid import UUID

import pytest

from chassis.ids import new_id
from contracts.banking import TransferPosted
from contracts.types import WorkerId
from services.banking.rules.ledger import (
    CLEARING,
    INSURER,
    OTHER_BANKS,
    SUSPENSE,
    TREASURY,
    VAULT,
    account_of,
)
from tests import bank_events as heard
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


@pytest.fixture
async def bank(alone: MakeAlone) -> Alone:
    return await ledger_bank(alone)


async def test_a_fund_pays_many_accounts_in_one_batch(bank: Alone) -> None:
    accounts = await savings(bank, 20)
    answer = (await batch(bank, *(row(FUND, each, 1_000) for each in accounts))).json()
    assert (answer["rows"], answer["posted"], answer["refused"]) == (20, 20, [])
    assert answer["amount_posted"] == 20_000
    posted = await bank.recorded(TransferPosted)
    left = sorted(each.transfer.debit_balance for each in posted)
    assert left == [FUNDED - 1_000 * n for n in range(20, 0, -1)]
    assert {each.batch_id for each in posted} == {UUID(answer["batch_id"])}
    assert [(await balance_of(bank, each))[0] for each in accounts] == [1_000] * 20
    await check_ledger(bank)


async def test_rows_are_decided_in_order_and_one_may_spend_what_another_brought(
    bank: Alone,
) -> None:
    first, second = await active(bank, 2)
    answer = await batch(
        bank,
        row(first, second, 500),
        row(FUND, first, 500),
        row(first, second, 500),
        row(first, second, 1),
    )
    refused = answer.json()["refused"]
    assert [(each["row"], each["slug"]) for each in refused] == [
        (1, "funds-insufficient"),
        (4, "funds-insufficient"),
    ]
    assert [each["retryable"] for each in refused] == [True, True]
    assert (await balance_of(bank, second))[0] == 500
    await check_ledger(bank)


async def test_a_reference_is_posted_once_whatever_is_sent_again(bank: Alone) -> None:
    (account,) = await savings(bank)
    paid = row(FUND, account, 700)
    first = (await batch(bank, paid, paid, paid | {"amount": 701})).json()
    assert (first["posted"], first["posted_before"], first["amount_posted"]) == (2, 1, 700)
    assert [(each["row"], each["slug"]) for each in first["refused"]] == [(3, "reference-used")]
    again = (await batch(bank, paid, paid | {"purpose": "another"})).json()
    assert (again["posted"], again["posted_before"], again["amount_posted"]) == (1, 1, 0)
    assert [each["slug"] for each in again["refused"]] == ["reference-used"]
    assert len(await bank.recorded(TransferPosted)) == 1
    assert (await balance_of(bank, account))[0] == 700


async def test_the_same_request_is_answered_as_the_first_time(bank: Alone) -> None:
    (account,) = await savings(bank)
    rows = [row(FUND, account, 700), row(account, FUND, 1)]
    first = await batch(bank, *rows, named="monday")
    again = await batch(bank, *rows, named="monday")
    assert again.json() == first.json()
    assert len(await bank.recorded(TransferPosted)) == 1


@pytest.mark.parametrize("own", [CLEARING, INSURER, OTHER_BANKS, SUSPENSE, TREASURY, VAULT])
async def test_no_batch_touches_an_account_of_the_bank(bank: Alone, own: UUID) -> None:
    answer = (await batch(bank, row(own, FUND, 1), row(FUND, own, 1))).json()
    assert [each["slug"] for each in answer["refused"]] == ["account-not-for-batches"] * 2
    assert answer["posted"] == 0
    assert await bank.recorded(TransferPosted) == []


async def test_each_refusal_names_its_rule(bank: Alone) -> None:
    (account,) = await savings(bank)
    (elsewhere,) = await savings(bank, village_code="52.71.01.1001")
    worker = heard.worker_enrolled()
    blocked = account_of(worker.worker_id)
    await bank.hear(worker, heard.claim_filed(worker.worker_id))
    rows = (
        row(FUND, FUND, 1),
        row(FUND, new_id(), 1),
        row(account, FUND, 1),
        row(blocked, FUND, 1),
        row(FUND, elsewhere, 1),
        row(FUND, account, FUNDED + 1),
    )
    await batch(bank, row(FUND, account, 1), row(FUND, blocked, 1))
    answer = (await batch(bank, *rows)).json()
    assert [each["slug"] for each in answer["refused"]] == [
        "same-account",
        "account-unknown",
        "account-not-active",
        "account-blocked",
        "outside-area",
        "funds-insufficient",
    ]
    assert answer["refused"][1]["reference"] == rows[1]["reference"]
    assert len(await bank.recorded(TransferPosted)) == 2


async def test_a_products_limit_counts_the_rows_before(alone: MakeAlone) -> None:
    bank = await ledger_bank(alone, funded=30_000_000)
    (account,) = await savings(bank)
    full = (await batch(bank, *(row(FUND, account, 8_000_000) for _ in range(3)))).json()
    assert [(each["row"], each["slug"]) for each in full["refused"]] == [(3, "product-limit")]
    assert (await balance_of(bank, account))[0] == 16_000_000


async def test_held_money_is_not_there_for_a_batch(bank: Alone) -> None:
    (account,) = await active(bank)
    await batch(bank, row(FUND, account, 1_000))
    teller = bank.client("bank", area="53", name="teller")
    hold = {"amount": 600, "reason": "letter of the court"}
    placed = await teller.post(f"/accounts/{account}/holds", json=hold, headers=key())
    assert placed.status_code == 201
    answer = (await batch(bank, row(account, FUND, 401), row(account, FUND, 400))).json()
    assert [(each["row"], each["slug"]) for each in answer["refused"]] == [
        (1, "funds-insufficient")
    ]
    assert await balance_of(bank, account) == (600, 600)
    await check_ledger(bank)


@pytest.mark.parametrize("role", ["branch", "province", "auditor", "admin"])
async def test_only_the_bank_posts_batches(bank: Alone, role: str) -> None:
    caller = bank.client(role, area="53")
    body = {"transfers": [row(FUND, account_of(WorkerId(new_id())), 1)]}
    answer = await caller.post("/transfer-batches", json=body, headers=key())
    assert (answer.status_code, answer.json()["slug"]) == (403, "role-not-allowed")


@pytest.mark.parametrize("wrong", [{"amount": 0}, {"amount": -1}, {"amount": "5"}, {"purpose": ""}])
async def test_a_batch_with_a_row_that_does_not_fit_is_refused_whole(
    bank: Alone, wrong: dict[str, object]
) -> None:
    (account,) = await savings(bank)
    answer = await batch(bank, row(FUND, account, 1), row(FUND, account, 1) | wrong)
    assert answer.status_code == 422
    assert await bank.recorded(TransferPosted) == []
