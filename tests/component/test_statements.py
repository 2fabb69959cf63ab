"""Statements of accounts and the trial balance: what is shown is what the book holds."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from contracts.banking import TransferPosted
from services.banking.rules.ledger import INSURER, TREASURY
from tests.alone import START, Alone, MakeAlone, key
from tests.component.ledger_office import (
    FUND,
    FUNDED,
    active,
    balance_of,
    batch,
    check_ledger,
    deposit,
    ledger_bank,
    row,
)

JULY_7 = {"from": "2025-07-07", "to": "2025-07-07"}
CASH = {"amount": 200, "branch": "Kupang Oebobo"}


@pytest.fixture
async def bank(alone: MakeAlone) -> Alone:
    return await ledger_bank(alone)


async def read(bank: Alone, account: UUID, **asked: Any) -> dict[str, Any]:
    auditor = bank.client("auditor", area="53")
    answer = await auditor.get(f"/accounts/{account}/statement", params=JULY_7 | asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def day_of_one(bank: Alone) -> UUID:
    """Money that came the day before, and three movements on the eighth of July."""
    account, other = await active(bank, 2)
    await batch(bank, row(FUND, account, 1_000, purpose="allowance June"))
    bank.clock.set(START + timedelta(days=1))
    await batch(bank, row(FUND, account, 500, purpose="allowance July"), row(account, other, 100))
    bank.clock.set(START + timedelta(days=1, hours=1))
    teller = bank.client("bank", area="53", name="teller")
    await teller.post(f"/accounts/{account}/cash-out", json=CASH, headers=key())
    return account


async def test_a_statement_runs_from_the_opening_to_the_closing_balance(bank: Alone) -> None:
    account = await day_of_one(bank)
    found = await read(bank, account, **{"from": "2025-07-08", "to": "2025-07-09"})
    assert (found["opening_balance"], found["closing_balance"]) == (1_000, 1_200)
    assert (found["total_in"], found["total_out"], found["lines_total"]) == (500, 300, 3)
    lines = found["lines"]
    assert lines == sorted(lines, key=lambda line: line["transferred_at"])
    assert [line["amount_in"] - line["amount_out"] for line in lines] == [500, -100, -200]
    balance = found["opening_balance"]
    for line in lines:
        balance += line["amount_in"] - line["amount_out"]
        assert line["balance"] == balance
    assert balance == found["closing_balance"] == (await balance_of(bank, account))[0]
    told = {line["purpose"]: line["counter_account"] for line in lines}
    assert "********" in told.pop("Transfer: allowance")
    assert told == {
        "Transfer: allowance July": "Pekerja rentan",
        "Cash paid out at the counter: Kupang Oebobo": "Cash at branches",
    }
    before = await read(bank, account)
    assert (before["opening_balance"], before["closing_balance"]) == (0, 1_000)


async def test_a_day_begins_at_midnight_in_kupang(bank: Alone) -> None:
    bank.clock.set(datetime(2025, 7, 7, 15, 59, 59, tzinfo=UTC))
    await deposit(bank, 1)
    bank.clock.set(datetime(2025, 7, 7, 16, 0, 0, tzinfo=UTC))
    await deposit(bank, 2)
    eighth = await read(bank, FUND, **{"from": "2025-07-08", "to": "2025-07-08"})
    assert (eighth["opening_balance"], eighth["total_in"]) == (FUNDED + 1, 2)


async def test_pages_of_a_statement_follow_one_another(bank: Alone) -> None:
    (account,) = await active(bank)
    await batch(bank, *(row(FUND, account, n) for n in range(1, 26)))
    whole = await read(bank, account)
    pages = [await read(bank, account, limit=7)]
    while pages[-1]["next_cursor"]:
        pages.append(await read(bank, account, limit=7, cursor=pages[-1]["next_cursor"]))
    assert [len(page["lines"]) for page in pages] == [7, 7, 7, 4]
    assert [line for page in pages for line in page["lines"]] == whole["lines"]
    assert {page["closing_balance"] for page in pages} == {325}


async def test_rows_of_one_batch_stand_as_they_were_decided(bank: Alone) -> None:
    account, other = await active(bank, 2)
    rows = [row(FUND, account, 1_000), row(account, other, 1_000), row(FUND, account, 300),
            row(account, other, 200), row(FUND, account, 50), row(account, other, 150)]  # fmt: skip
    assert (await batch(bank, *rows)).json()["posted"] == len(rows)
    whole = (await read(bank, account))["lines"]
    assert [line["balance"] for line in whole] == [1_000, 0, 300, 100, 150, 0]
    pages = [await read(bank, account, limit=1)]
    while pages[-1]["next_cursor"]:
        pages.append(await read(bank, account, limit=1, cursor=pages[-1]["next_cursor"]))
    assert [line for page in pages for line in page["lines"]] == whole


async def test_a_statement_as_a_sheet_has_both_balances(bank: Alone) -> None:
    account = await day_of_one(bank)
    auditor = bank.client("auditor", area="53")
    path = f"/accounts/{account}/statement/sheet"
    asked = {"from": "2025-07-08", "to": "2025-07-08"}
    answer = await auditor.get(path, params=asked)
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))
    assert (rows[1][1], rows[1][5]) == ("Opening balance", "1000")
    assert (rows[-1][1], rows[-1][3:6]) == ("Closing balance", ["500", "300", "1200"])
    assert len(rows) == 6
    workbook = await auditor.get(path, params=asked | {"format": "xlsx"})
    assert workbook.content.startswith(b"PK")


@pytest.mark.parametrize(
    ("asked", "slug"),
    [
        ({"from": "2025-07-08"}, "period-invalid"),
        ({"from": "2024-07-01"}, "period-invalid"),
        ({"cursor": f"2025-07-07T25:00:00.000000Z_{UUID(int=1)}"}, "cursor-invalid"),
        ({"cursor": f"2025-07-07T09:00:00.000000Z_{UUID(int=1)}"}, "cursor-invalid"),
        ({"cursor": f"2025-06-07T09:00:00.000000Z_{UUID(int=1)}"}, "cursor-invalid"),
    ],
)
async def test_a_statement_of_no_days_or_no_place_is_refused(
    bank: Alone, asked: dict[str, str], slug: str
) -> None:
    auditor = bank.client("auditor", area="53")
    answer = await auditor.get(f"/accounts/{FUND}/statement", params=JULY_7 | asked)
    assert (answer.status_code, answer.json()["slug"]) == (422, slug)


@pytest.mark.parametrize(
    ("role", "area", "status"),
    [
        ("bank", "53", 200),
        ("auditor", "53", 200),
        ("auditor", "52", 403),
        ("province", "53", 403),
        ("branch", "53", 403),
        ("admin", "53", 403),
    ],
)
async def test_a_statement_is_for_the_bank_and_the_auditor(
    bank: Alone, role: str, area: str, status: int
) -> None:
    caller = bank.client(role, area=area)
    for path in ("statement", "statement/sheet"):
        answer = await caller.get(f"/accounts/{FUND}/{path}", params=JULY_7)
        assert answer.status_code == status


async def test_a_book_that_somebody_changed_by_hand_is_not_shown(bank: Alone) -> None:
    async with bank.units.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE balances SET balance = balance + 1")
    auditor = bank.client("auditor", area="53")
    answer = await auditor.get(f"/accounts/{FUND}/statement", params=JULY_7)
    assert answer.status_code == 500
    trial = (await auditor.get("/trial-balance")).json()
    assert trial["agrees"] is False
    assert {line["name"] for line in trial["lines"] if not line["agrees"]} == {
        "Regional treasury",
        "Pekerja rentan",
    }


async def test_the_trial_balance_has_each_account_of_the_bank_and_all_savings_together(
    bank: Alone,
) -> None:
    accounts = await active(bank, 2)
    await batch(bank, row(FUND, accounts[0], 700), row(accounts[0], accounts[1], 300))
    found = await check_ledger(bank)
    lines = {line["name"]: line for line in found["lines"]}
    assert lines["Regional treasury"]["account_id"] == str(TREASURY)
    assert lines["Regional treasury"]["balance"] == -FUNDED
    assert lines["Insurer"] == {
        "account_id": str(INSURER), "name": "Insurer", "debits": 0, "credits": 0, "balance": 0,
        "agrees": True,
    }  # fmt: skip
    assert (lines["Pekerja rentan"]["debits"], lines["Pekerja rentan"]["credits"]) == (700, FUNDED)
    savings = lines["Savings accounts"]
    assert (savings["debits"], savings["credits"], savings["balance"]) == (300, 1_000, 700)
    moved = FUNDED + 1_000
    assert (found["transfers"], found["debits"], found["credits"]) == (3, moved, moved)
    assert found["sum_of_balances"] == 0


async def test_a_trial_balance_is_as_of_an_instant_or_an_event(bank: Alone) -> None:
    (account,) = await active(bank)
    bank.clock.set(START + timedelta(hours=1))
    await batch(bank, row(FUND, account, 100))
    bank.clock.set(START + timedelta(hours=2))
    await batch(bank, row(FUND, account, 200))
    auditor = bank.client("auditor", area="53")

    async def savings(**asked: str) -> int:
        found = (await auditor.get("/trial-balance", params=asked)).json()
        assert (found["equal"], found["agrees"]) == (True, True)
        return int(found["lines"][-1]["balance"])

    first, second = await bank.recorded(TransferPosted)
    assert await savings() == 300
    assert await savings(event=str(first.event_id)) == 100
    assert await savings(event=str(second.event_id)) == 300
    assert await savings(at="2025-07-07T09:59:59+08:00") == 0
    assert await savings(at="2025-07-07T10:00:00+08:00") == 100
    unknown = await auditor.get("/trial-balance", params={"event": str(new_id())})
    assert (unknown.status_code, unknown.json()["slug"]) == (404, "event-unknown")
    both = {"event": str(first.event_id), "at": "2025-07-07T10:00:00+08:00"}
    twice = await auditor.get("/trial-balance", params=both)
    assert (twice.status_code, twice.json()["slug"]) == (422, "as-of-twice")


async def test_the_trial_balance_is_for_the_bank_and_the_auditor(bank: Alone) -> None:
    for role, status in (("bank", 200), ("auditor", 200), ("province", 403), ("admin", 403)):
        answer = await bank.client(role, area="53").get("/trial-balance")
        assert answer.status_code == status
