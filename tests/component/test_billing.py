"""Billing runs: a month in every kecamatan, once, whatever happens in between; the frozen list."""

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from chassis import working_days
from chassis.ids import new_id
from contracts.enrollment import (
    BillingOrdered,
    ContributionBilled,
    InvoiceIssued,
    MonthlyListFrozen,
)
from services.enrollment.operations.contributions import runs
from tests.alone import MakeAlone, key
from tests.component.enrollment_office import MONTH, said
from tests.component.money_office import MoneyOffice, crashes, office, villages
from tests.rosters import DISTRICT, VILLAGE

__all__ = ["office"]

KECAMATAN = villages(6)
HEADS = {village: 2 + number for number, village in enumerate(KECAMATAN)}
IN_ALL = sum(HEADS.values())


@pytest.fixture
def by_kecamatan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each in a transaction of its own."""
    monkeypatch.setattr(runs, "HEADS_TOGETHER", 1)


async def listed(office: MoneyOffice, month: str) -> str:
    """The digest of a month's list, by its definition, from the events."""
    districts = {
        each.invoice_id: each.district_code for each in await office.alone.recorded(InvoiceIssued)
    }
    lines = sorted(
        f"{each.worker_id},{districts[each.invoice_id]},{each.amount}\n"
        for each in await office.alone.recorded(ContributionBilled)
        if each.month == month
    )
    return sha256("".join(lines).encode()).hexdigest()


async def test_a_run_bills_every_kecamatan_and_freezes_the_list(office: MoneyOffice) -> None:
    programme = await office.open()
    await office.take_in(programme, HEADS)
    standing = await office.run(programme, "2025-07")
    invoices = await office.alone.recorded(InvoiceIssued)
    assert {each.district_code: each.heads for each in invoices} == {
        village[:8]: heads for village, heads in HEADS.items()
    }
    assert {each.run_id for each in invoices} == {UUID(standing["run_id"])}
    frozen: dict[str, Any] = {"invoices": 6, "heads": IN_ALL, "amount": IN_ALL * MONTH}
    frozen["sha256"] = await listed(office, "2025-07")
    assert (standing["state"], standing["percent"]) == ("frozen", 100)
    assert standing["monthly_list"] == frozen
    (event,) = await office.alone.recorded(MonthlyListFrozen)
    assert event.model_dump(include=set(frozen)) == frozen
    (ordered,) = await office.alone.recorded(BillingOrdered)
    assert event.causation_id == ordered.event_id
    assert {each.causation_id for each in invoices} == {ordered.event_id}
    assert (await office.alone.replay()).same


async def test_another_run_bills_only_who_is_new_and_freezes_a_new_list(
    office: MoneyOffice,
) -> None:
    programme = await office.open()
    await office.take_in(programme, HEADS)
    first = await office.run(programme, "2025-07")
    again = await office.run(programme, "2025-07")
    assert (again["invoices"], again["heads"]) == (0, 0)
    assert again["monthly_list"] == first["monthly_list"]
    await office.take_in(programme, {KECAMATAN[3]: 2, KECAMATAN[0]: 1})
    third = await office.run(programme, "2025-07")
    assert (third["invoices"], third["heads"]) == (2, 3)
    assert third["monthly_list"]["heads"] == IN_ALL + 3
    assert third["monthly_list"]["invoices"] == 8
    assert third["monthly_list"]["sha256"] == await listed(office, "2025-07")
    assert third["monthly_list"]["sha256"] != first["monthly_list"]["sha256"]
    params = {"programme_id": str(programme), "month": "2025-07"}
    runs = (await office.head_office.get("/billing-runs", params=params)).json()["runs"]
    assert {each["run_id"] for each in runs} == {each["run_id"] for each in (first, again, third)}
    assert (await office.alone.replay()).same


async def test_a_kecamatan_that_was_billed_by_itself_is_on_the_list_too(
    office: MoneyOffice,
) -> None:
    programme = await office.open()
    await office.take_in(programme, HEADS | {VILLAGE: 3})
    assert (await office.bill(programme, "2025-07")).json() == {"members": 3}
    standing = await office.run(programme, "2025-07")
    assert standing["heads"] == IN_ALL
    assert standing["monthly_list"]["heads"] == IN_ALL + 3
    invoices = await office.alone.recorded(InvoiceIssued)
    assert [each.run_id for each in invoices if each.district_code == DISTRICT] == [None]


async def steps(office: MoneyOffice, count: int) -> None:
    """So many steps of the billing job, as a fresh process takes them."""
    (job,) = (j for j in office.alone.service.jobs(office.alone.running) if j.name == "billing")
    for _ in range(count):
        assert await job.step()


async def test_kecamatan_go_together_into_a_transaction(
    office: MoneyOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme = await office.open()
    await office.take_in(programme, HEADS)
    run_id = (await office.order(programme, "2025-07")).json()["run_id"]
    monkeypatch.setattr(runs, "HEADS_TOGETHER", 8)
    seen = []
    for _ in range(3):
        await steps(office, 1)
        seen.append((await office.run_standing(run_id))["invoices"])
    assert seen == [3, 5, 6]


@pytest.mark.usefixtures("by_kecamatan")
@pytest.mark.parametrize("moment", ["log.numbered", "unit.logged", "unit.committed"])
@pytest.mark.parametrize("kecamatan", [0, 3, 5, 6])
async def test_a_run_that_crashes_goes_on_at_the_kecamatan_where_it_stopped(
    office: MoneyOffice, moment: str, kecamatan: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme = await office.open()
    await office.take_in(programme, HEADS)
    run_id = (await office.order(programme, "2025-07")).json()["run_id"]
    await steps(office, kecamatan)
    await crashes(lambda: steps(office, 1), at=moment, monkeypatch=monkeypatch)
    done = kecamatan + (moment == "unit.committed")
    assert len(await office.alone.recorded(InvoiceIssued)) == min(done, len(KECAMATAN))
    await office.alone.work("billing")
    standing = await office.run_standing(run_id)
    assert (standing["invoices"], standing["heads"]) == (6, IN_ALL)
    assert standing["monthly_list"]["sha256"] == await listed(office, "2025-07")
    billed = await office.alone.recorded(ContributionBilled)
    assert len(billed) == len({each.worker_id for each in billed}) == IN_ALL
    assert len(await office.alone.recorded(MonthlyListFrozen)) == 1
    assert (await office.alone.replay()).same


@pytest.mark.usefixtures("by_kecamatan")
async def test_how_far_a_run_is_can_be_asked(office: MoneyOffice) -> None:
    programme = await office.open()
    await office.take_in(programme, dict.fromkeys(KECAMATAN[:4], 5))
    run_id = (await office.order(programme, "2025-07")).json()["run_id"]
    seen = []
    for _ in range(4):
        seen.append((await office.run_standing(run_id))["percent"])
        await steps(office, 1)
    assert seen == [0, 25, 50, 75]
    standing = await office.run_standing(run_id)
    assert (standing["state"], standing["percent"], standing["heads"]) == ("billing", 99, 20)
    assert standing["monthly_list"] is None
    await steps(office, 1)
    assert (await office.run_standing(run_id))["percent"] == 100


async def test_a_month_without_members_freezes_an_empty_list(office: MoneyOffice) -> None:
    programme = await office.open()
    standing = await office.run(programme, "2025-07")
    assert standing["monthly_list"] == {
        "invoices": 0, "heads": 0, "amount": 0, "sha256": sha256(b"").hexdigest(),
    }  # fmt: skip
    assert (await office.alone.replay()).same


@pytest.mark.parametrize(
    ("month", "answer"),
    [
        ("2025-08", (409, "month-not-begun")),
        ("2025-06", (422, "month-outside-programme")),
        ("2025-13", (422, "field-invalid")),
    ],
)
async def test_a_month_that_cannot_be_billed_is_refused_at_once(
    office: MoneyOffice, month: str, answer: tuple[int, str]
) -> None:
    programme = await office.open()
    logged = await office.logged()
    assert said(await office.order(programme, month)) == answer
    assert said(await office.order(new_id(), "2025-07")) == (404, "programme-unknown")
    assert await office.logged() == logged


async def test_a_run_needs_a_branch_of_the_whole_province(office: MoneyOffice) -> None:
    programme = await office.open()
    assert said(await office.order(programme, "2025-07", by=office.branch)) == (403, "outside-area")
    assert said(await office.order(programme, "2025-07", by=office.province)) == (
        403, "role-not-allowed",
    )  # fmt: skip
    run_id = (await office.order(programme, "2025-07")).json()["run_id"]
    assert said(await office.branch.get(f"/billing-runs/{run_id}")) == (403, "outside-area")
    assert said(await office.head_office.get(f"/billing-runs/{new_id()}")) == (
        404, "billing-run-unknown",
    )  # fmt: skip
    asked: dict[str, Any] = {"programme_id": str(programme)}
    assert said(await office.branch.get("/billing-runs", params=asked)) == (403, "outside-area")


async def test_an_order_that_is_sent_again_is_the_same_run(office: MoneyOffice) -> None:
    programme = await office.open()
    await office.take_in(programme, HEADS)
    answers = [await office.order(programme, "2025-07", name="july") for _ in "ab"]
    assert answers[0].json() == answers[1].json()
    assert len(await office.alone.recorded(BillingOrdered)) == 1
    other = {"programme_id": str(programme), "month": "2025-08"}
    reused = await office.head_office.post("/billing-runs", json=other, headers=key("july"))
    assert said(reused) == (422, "idempotency-key-reused")


@pytest.fixture
def calendar_again() -> Iterator[None]:
    """The process keeps to the usual working days afterwards."""
    yield
    working_days.observe_joint_leave(off=False)


@pytest.mark.usefixtures("calendar_again")
@pytest.mark.parametrize(("off", "due"), [(False, date(2026, 5, 15)), (True, date(2026, 5, 18))])
async def test_whether_joint_leave_moves_a_due_date_is_a_setting(
    alone: MakeAlone, off: bool, due: date
) -> None:
    office = MoneyOffice(await alone("enrollment", joint_leave_off=off))
    programme = await office.open(first_month="2026-05", last_month="2026-05")
    await office.take_in(programme, {VILLAGE: 1})
    office.go_to("2026-05-04")
    await office.run(programme, "2026-05")
    (invoice,) = await office.alone.recorded(InvoiceIssued)
    assert invoice.due_on == due
