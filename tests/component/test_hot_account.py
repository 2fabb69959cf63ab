"""Two hundred clients at once on one account: what is there is paid out, and not a rupiah more."""

import asyncio
from collections import Counter

import httpx
import pytest

from contracts.banking import CashPaidOut, TransferPosted
from tests.alone import Alone, MakeAlone, key
from tests.component.bank_neighbors import served
from tests.component.ledger_office import (
    FUND,
    active,
    balance_of,
    batch,
    check_ledger,
    ledger_bank,
    row,
)

CLIENTS = 200
PATIENCE = 60
EACH = 1_000
COVERED = 50
TOGETHER_S = 60.0


@pytest.fixture
async def bank(alone: MakeAlone) -> Alone:
    return await ledger_bank(alone)


async def insist(http: httpx.AsyncClient, path: str, body: dict[str, object]) -> httpx.Response:
    """Ask until there is an answer that is none of "try again", always under the same key."""
    named = key()
    for _ in range(PATIENCE):
        answer = await http.post(path, json=body, headers=named)
        if answer.status_code not in {429, 503}:
            return answer
        await asyncio.sleep(0.1)
    raise AssertionError(f"no answer after {PATIENCE} tries")


def slugs(answers: list[httpx.Response]) -> Counter[str]:
    return Counter("done" if each.is_success else each.json()["slug"] for each in answers)


async def test_two_hundred_clients_withdraw_exactly_what_is_there(bank: Alone) -> None:
    (account,) = await active(bank)
    await batch(bank, row(FUND, account, EACH * COVERED + EACH - 1))
    bearer = bank.client("bank", area="53", name="teller").headers["Authorization"]
    limits = httpx.Limits(max_connections=CLIENTS)
    headers = {"Authorization": bearer}
    async with (
        served(bank) as url,
        httpx.AsyncClient(base_url=url, headers=headers, limits=limits, timeout=TOGETHER_S) as http,
    ):
        cash = {"amount": EACH, "branch": "Oebobo"}
        asked = (insist(http, f"/accounts/{account}/cash-out", cash) for _ in range(CLIENTS))
        answers = await asyncio.gather(*asked)
    refused = CLIENTS - COVERED
    assert slugs(answers) == {"done": COVERED, "funds-insufficient": refused}
    assert (await balance_of(bank, account))[0] == EACH - 1
    left = sorted(each.transfer.debit_balance for each in await bank.recorded(CashPaidOut))
    assert left == [EACH - 1 + EACH * n for n in range(COVERED)]
    await check_ledger(bank)


async def test_batches_that_meet_on_one_fund_spend_it_once(bank: Alone) -> None:
    accounts = await active(bank, 2)
    fund, _ = await balance_of(bank, FUND)
    each = fund // 30
    batches = [[row(FUND, account, each) for account in accounts] for _ in range(20)]
    answers = await asyncio.gather(*(batch(bank, *rows) for rows in batches))
    assert sum(answer.json()["posted"] for answer in answers) == 30
    refused = [slug["slug"] for answer in answers for slug in answer.json()["refused"]]
    assert refused == ["funds-insufficient"] * 10
    assert len(await bank.recorded(TransferPosted)) == 30
    assert (await balance_of(bank, FUND))[0] == fund - 30 * each
    await check_ledger(bank)
