"""Invoices that wait for money: paid when it comes, the oldest due first, without a new order."""

import asyncio
from datetime import date
from typing import Any

import httpx
import pytest

from chassis.ids import new_id
from contracts.banking import FundsDeposited, InvoicePaid, InvoiceUnpaid
from contracts.enrollment import InvoiceIssued
from contracts.types import ProgrammeId
from services.banking.operations import funds
from services.banking.rules.ledger import INSURER, fund_of
from tests import bank_events as heard
from tests.alone import Alone, MakeAlone, key

FUND = fund_of(heard.PROGRAMME)
PAPERS = {"payment_order": "SP2D 7", "spm": "SPM 7", "spp": "SPP 7"}


@pytest.fixture
async def bank(alone: MakeAlone) -> Alone:
    bank = await alone("banking")
    await bank.hear(heard.programme_opened())
    return bank


def province(bank: Alone) -> httpx.AsyncClient:
    return bank.client("province", area="53", name="bendahara")


async def deposit(bank: Alone, amount: int, **changed: Any) -> dict[str, Any]:
    body = {"programme_id": str(heard.PROGRAMME), "amount": amount, "document": str(new_id())}
    answer = await province(bank).post("/deposits", json=body | changed, headers=key())
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def order(bank: Alone, month: str, **changed: Any) -> dict[str, Any]:
    body = {"programme_id": str(heard.PROGRAMME), "month": month} | PAPERS | changed
    answer = await province(bank).post("/payment-orders", json=body, headers=key())
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def invoice(amount: int, month: str, **changed: Any) -> InvoiceIssued:
    due_on = date.fromisoformat(f"{month}-15")
    return heard.invoice_issued(amount, month=month, due_on=due_on, **changed)


async def paid(bank: Alone) -> list[Any]:
    return [each.invoice_id for each in await bank.recorded(InvoicePaid)]


async def listed(bank: Alone, **asked: Any) -> list[dict[str, Any]]:
    answer = await bank.client("bank", area="53").get("/invoices", params={"area": "53"} | asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["invoices"]
    return found


async def test_the_papers_of_an_order_stay_with_the_invoice(bank: Alone) -> None:
    first = invoice(100, "2025-07")
    await bank.hear(first)
    await order(bank, "2025-07")
    (unpaid,) = await bank.recorded(InvoiceUnpaid)
    assert (unpaid.spp, unpaid.spm, unpaid.payment_order) == ("SPP 7", "SPM 7", "SP2D 7")
    assert unpaid.ordered_by is not None
    done = await deposit(bank, 100)
    assert (done["invoices_paid"], done["amount_paid"], done["balance"]) == (1, 100, 0)
    (settled,) = await bank.recorded(InvoicePaid)
    assert (settled.spp, settled.spm, settled.payment_order) == ("SPP 7", "SPM 7", "SP2D 7")
    assert settled.paid_by == unpaid.ordered_by
    (line,) = await listed(bank)
    assert (line["spp"], line["spm"], line["payment_order"]) == ("SPP 7", "SPM 7", "SP2D 7")
    assert (line["ordered_by"], line["shortfall"]) == (unpaid.ordered_by, None)
    assert (await bank.replay()).same


async def test_money_that_comes_pays_the_oldest_due_first_and_is_the_cause(bank: Alone) -> None:
    september, july, august = (invoice(100, f"2025-0{n}") for n in (9, 7, 8))
    await bank.hear(september, july, august)
    for month in ("2025-09", "2025-07", "2025-08"):
        await order(bank, month)
    done = await deposit(bank, 250)
    assert (done["invoices_paid"], done["invoices_waiting"], done["balance"]) == (2, 1, 50)
    assert await paid(bank) == [july.invoice_id, august.invoice_id] or sorted(
        await paid(bank)
    ) == sorted([july.invoice_id, august.invoice_id])
    (deposited,) = await bank.recorded(FundsDeposited)
    causes = {each.causation_id for each in await bank.recorded(InvoicePaid)}
    assert causes == {deposited.event_id}
    (left,) = await listed(bank, state="unpaid")
    assert (left["month"], left["shortfall"]) == ("2025-09", 50)
    assert (await bank.replay()).same


async def test_what_is_due_later_never_takes_the_money_of_what_is_due_earlier(bank: Alone) -> None:
    july, august = invoice(100, "2025-07"), invoice(10, "2025-08")
    await bank.hear(july, august)
    await order(bank, "2025-07")
    await deposit(bank, 50)
    answer = await order(bank, "2025-08")
    assert (answer["invoices_paid"], answer["balance"]) == (0, 50)
    shortfalls = {each["month"]: each["shortfall"] for each in await listed(bank)}
    assert shortfalls == {"2025-07": 50, "2025-08": 60}
    await deposit(bank, 60)
    assert len(await paid(bank)) == 2


async def test_an_invoice_that_nobody_ordered_is_not_paid_by_a_deposit(bank: Alone) -> None:
    await bank.hear(invoice(100, "2025-07"), invoice(100, "2025-08"))
    await order(bank, "2025-07")
    assert (await deposit(bank, 500))["invoices_paid"] == 1
    await bank.work("invoices")
    assert len(await paid(bank)) == 1
    assert (await order(bank, "2025-08"))["invoices_paid"] == 1


async def test_a_second_order_takes_no_invoice_from_the_first(bank: Alone) -> None:
    await bank.hear(invoice(100, "2025-07"))
    await order(bank, "2025-07")
    body = {"programme_id": str(heard.PROGRAMME), "month": "2025-07", "payment_order": "SP2D 88"}
    other = bank.client("province", area="53", name="another")
    refused = await other.post("/payment-orders", json=body, headers=key())
    assert (refused.status_code, refused.json()["slug"]) == (409, "no-invoice-waiting")
    late = invoice(10, "2025-07")
    await bank.hear(late)
    assert (await other.post("/payment-orders", json=body, headers=key())).status_code == 200
    await deposit(bank, 110)
    papers = {each["amount"]: (each["payment_order"], each["spp"]) for each in await listed(bank)}
    assert papers == {100: ("SP2D 7", "SPP 7"), 10: ("SP2D 88", None)}
    assert len({each["ordered_by"] for each in await listed(bank)}) == 2
    assert (await bank.replay()).same


async def test_what_came_later_in_the_month_leaves_what_was_due_earlier_its_money(
    bank: Alone,
) -> None:
    await bank.hear(invoice(100, "2025-07"))
    await order(bank, "2025-07")
    await deposit(bank, 50)
    late = heard.invoice_issued(10, month="2025-07", due_on=date(2025, 7, 20))
    await bank.hear(late)
    assert (await order(bank, "2025-07", payment_order="SP2D 8"))["invoices_paid"] == 0
    shortfalls = {each["amount"]: each["shortfall"] for each in await listed(bank)}
    assert shortfalls == {100: 50, 10: 60}


async def test_a_long_backlog_is_paid_in_portions(
    bank: Alone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(funds, "PORTION", 3)
    await bank.hear(*(invoice(10, "2025-07") for _ in range(8)))
    await order(bank, "2025-07")
    done = await deposit(bank, 75)
    assert (done["invoices_paid"], done["invoices_waiting"]) == (3, 5)
    await bank.work("invoices")
    assert len(await paid(bank)) == 7
    await bank.work("invoices")
    assert len(await paid(bank)) == 7
    rows = await bank.rows("SELECT account_id, balance FROM balances")
    held = {row["account_id"]: row["balance"] for row in rows}
    assert (held[FUND], held[INSURER]) == (5, 70)
    assert (await bank.replay()).same


async def test_deposits_orders_and_the_job_at_once_pay_each_invoice_once(bank: Alone) -> None:
    await bank.hear(*(invoice(10, month) for month in ("2025-07", "2025-08") for _ in range(5)))
    await order(bank, "2025-07")
    await asyncio.gather(
        *(deposit(bank, 25) for _ in range(4)),
        order(bank, "2025-08"),
        bank.work("invoices"),
        bank.work("invoices"),
    )
    await bank.work("invoices")
    found = await paid(bank)
    assert len(found) == len(set(found)) == 10
    assert (await bank.replay()).same


async def test_another_programmes_money_pays_nothing_here(bank: Alone) -> None:
    other = ProgrammeId(new_id())
    await bank.hear(heard.programme_opened(programme_id=other), invoice(100, "2025-07"))
    await order(bank, "2025-07")
    await deposit(bank, 500, programme_id=str(other))
    await bank.work("invoices")
    assert await paid(bank) == []


async def test_invoices_are_listed_by_state_area_and_month_in_pages_and_as_a_file(
    bank: Alone,
) -> None:
    here, there = invoice(100, "2025-07"), invoice(70, "2025-07", district_code="53.13.02")
    later = invoice(50, "2025-08")
    await bank.hear(here, there, later)
    await deposit(bank, 80)
    await order(bank, "2025-07")
    states = {each["invoice_id"]: each["state"] for each in await listed(bank)}
    assert states == {
        str(here.invoice_id): "unpaid",
        str(there.invoice_id): "paid",
        str(later.invoice_id): "waiting",
    }
    for state in ("unpaid", "paid", "waiting"):
        (only,) = await listed(bank, state=state)
        assert only["state"] == state
    assert len(await listed(bank, month="2025-07")) == 2
    assert await listed(bank, programme_id=str(new_id())) == []
    city = bank.client("province", area="53.71")
    assert (await city.get("/invoices", params={"area": "53"})).status_code == 403
    in_city = (await city.get("/invoices", params={"area": "53.71"})).json()["invoices"]
    assert {each["district_code"] for each in in_city} == {"53.71.04"}
    auditor = bank.client("auditor", area="53")
    pages: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = (await auditor.get("/invoices", params={"area": "53", "limit": "1"} | after)).json()
        pages += page["invoices"]
        if page["next_after"] is None:
            break
        after = {"after": page["next_after"]}
    assert [each["due_on"] for each in pages] == ["2025-07-15", "2025-07-15", "2025-08-15"]
    sheet = await auditor.get("/invoices/sheet", params={"area": "53", "format": "csv"})
    assert len(sheet.text.strip().splitlines()) == 4
    book = await auditor.get("/invoices/sheet", params={"area": "53", "format": "xlsx"})
    assert book.content.startswith(b"PK")


@pytest.mark.parametrize("role", ["branch", "district", "checker"])
async def test_other_offices_see_no_invoices_of_the_bank(bank: Alone, role: str) -> None:
    caller = bank.client(role, area="53")
    assert (await caller.get("/invoices", params={"area": "53"})).status_code == 403
