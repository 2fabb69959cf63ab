"""A member goes on with his own money: the tariff, the receipt, a cover that begins anew."""

from datetime import date
from uuid import UUID

import pytest

from chassis.ids import new_id
from contracts.enrollment import (
    ContributionBilled,
    ContributionPaid,
    CoverageLapsed,
    MembershipInArrears,
    MembershipReactivated,
)
from tests.component.enrollment_office import MONTH, said
from tests.component.money_office import MoneyOffice, office
from tests.rosters import VILLAGE

__all__ = ["office"]
HALF = MONTH // 2


async def after_the_programme(office: MoneyOffice, day: str) -> tuple[UUID, UUID]:
    """A member whose programme, July to December 2025, was paid to its end; and it is that day."""
    programme = await office.open()
    (member,) = await office.take_in(programme, {VILLAGE: 1})
    for month in range(7, 13):
        await office.pay(programme, f"2025-{month:02d}", on=f"2025-{month:02d}-08")
    office.go_to(day)
    return programme, member


async def own_paid(office: MoneyOffice) -> list[tuple[str, int]]:
    return [
        (each.month, each.amount)
        for each in await office.alone.recorded(ContributionPaid)
        if each.payer == "self"
    ]


async def test_a_lapsed_member_pays_half_and_a_new_cover_begins(office: MoneyOffice) -> None:
    programme, member = await after_the_programme(office, "2026-01-02")
    await office.watch("2026-04-16")
    assert (await office.standing(programme))["lapsed"] == 1
    office.go_to("2026-04-20")
    answer = await office.pay_own(member, "2026-04", "2026-05", "2026-06")
    assert answer.status_code == 200, answer.text
    assert answer.json() | {"receipt_id": None} == {
        "worker_id": str(member), "programme_id": str(programme),
        "months": ["2026-04", "2026-05", "2026-06"], "amount": 3 * HALF, "receipt_id": None,
        "reactivated": True,
    }  # fmt: skip
    assert await own_paid(office) == [("2026-04", HALF), ("2026-05", HALF), ("2026-06", HALF)]
    (again,) = await office.alone.recorded(MembershipReactivated)
    assert (again.covered_from, again.payer) == (office.alone.clock.now(), "self")
    assert (again.reserved, again.last_month) == (0, "2025-12")
    figures = await office.standing(programme)
    assert (figures["covered"], figures["lapsed"]) == (1, 0)
    assert figures["reserved"] == figures["promised_by_members"] == 6 * MONTH
    office.go_to("2026-04-21")
    assert (await office.cover(member, "2026-04-19"))["right"] == "none"
    assert (await office.cover(member, "2026-04-21"))["right"] == "full"
    await office.watch("2026-07-15")
    before = await office.alone.recorded(MembershipInArrears)
    await office.watch("2026-07-16")
    (told,) = [
        each for each in await office.alone.recorded(MembershipInArrears) if each not in before
    ]
    assert (told.months, told.oldest_month, told.owed_by) == (1, "2026-07", "member")
    await office.watch("2026-11-01")
    lapse = (await office.alone.recorded(CoverageLapsed))[-1]
    assert (lapse.lapsed_on, lapse.owed_by, lapse.released) == (
        date(2026, 10, 16), "member", 0,
    )  # fmt: skip
    assert (await office.alone.replay()).same


@pytest.mark.parametrize(
    ("day", "sector", "month", "amount"),
    [
        ("2025-12-20", "other", "2026-01", MONTH),
        ("2025-12-20", "transport", "2026-01", HALF),
        ("2026-01-10", "other", "2026-01", MONTH),
        ("2026-03-05", "other", "2026-03", MONTH),
        ("2026-03-05", "other", "2026-04", HALF),
        ("2026-03-05", "transport", "2026-03", HALF),
    ],
)
async def test_the_tariff_follows_sector_and_month(
    office: MoneyOffice, day: str, sector: str, month: str, amount: int
) -> None:
    _, member = await after_the_programme(office, day)
    answer = await office.pay_own(member, month, sector=sector)
    assert answer.json()["amount"] == amount
    assert answer.json()["reactivated"] is False
    assert await own_paid(office) == [(month, amount)]
    assert await office.alone.recorded(MembershipReactivated) == []
    assert (await office.alone.replay()).same


async def test_one_payment_may_go_over_the_end_of_the_discount(office: MoneyOffice) -> None:
    _, member = await after_the_programme(office, "2026-03-05")
    assert (await office.pay_own(member, "2026-03", "2026-04")).json()["amount"] == MONTH + HALF
    assert await own_paid(office) == [("2026-03", MONTH), ("2026-04", HALF)]


async def test_what_is_still_owed_is_told_and_then_the_members(office: MoneyOffice) -> None:
    _, member = await after_the_programme(office, "2026-01-02")
    await office.watch("2026-03-17")
    assert (await office.membership(member))["arrears_months"] == 3
    assert (await office.pay_own(member, "2026-03")).status_code == 200
    *_, told = await office.alone.recorded(MembershipInArrears)
    assert (told.months, told.oldest_month, told.owed_by) == (2, "2026-01", "member")
    assert (await office.membership(member))["arrears_months"] == 2
    logged = await office.logged()
    await office.watch("2026-03-17", hour=20)
    assert await office.logged() == logged
    assert (await office.alone.replay()).same


async def test_a_lapse_that_nobody_saw_is_recorded_before_the_payment(office: MoneyOffice) -> None:
    _, member = await after_the_programme(office, "2026-05-20")
    assert (await office.pay_own(member, "2026-05")).json()["reactivated"] is True
    (lapsed,) = await office.alone.recorded(CoverageLapsed)
    assert lapsed.lapsed_on == date(2026, 4, 16)
    assert (await office.alone.replay()).same


async def test_a_receipt_counts_once_whoever_brings_it(office: MoneyOffice) -> None:
    programme = await office.open()
    first, second = await office.take_in(programme, {VILLAGE: 2})
    for month in range(7, 13):
        await office.pay(programme, f"2025-{month:02d}", on=f"2025-{month:02d}-08")
    office.go_to("2026-01-10")
    answers = [await office.pay_own(first, "2026-01", name="january") for _ in "ab"]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["idempotent-replayed"] == "true"
    logged = await office.logged()
    for member, again in ((first, "2026-01"), (first, "2026-02"), (second, "2026-01")):
        assert said(await office.pay_own(member, again)) == (409, "receipt-used")
    assert await office.logged() == logged
    assert (await office.pay_own(second, "2026-01", receipt="VA 2")).status_code == 200
    assert (await office.alone.replay()).same


async def test_a_receipt_of_another_area_counts_too(office: MoneyOffice) -> None:
    programme = await office.open()
    (here,) = await office.take_in(programme, {VILLAGE: 1})
    (there,) = await office.take_in(programme, {"53.13.01.2001": 1})
    await office.run(programme, "2025-07")
    await office.pay_billed(programme, "2025-07")
    office.go_to("2025-12-20")
    assert (await office.pay_own(here, "2025-12")).status_code == 200
    lembata = office.alone.client("branch", area="53.13", name="lembata")
    assert said(await office.pay_own(there, "2025-12", by=lembata)) == (409, "receipt-used")
    answer = await office.pay_own(there, "2025-12", by=lembata, receipt="VA 2")
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "months",
    [("2026-03",), ("2025-12",), ("2026-01", "2026-03"), ("2026-02", "2026-01"),
     ("2026-01", "2026-01")],
)  # fmt: skip
async def test_months_come_in_a_row_from_this_one_or_the_next(
    office: MoneyOffice, months: tuple[str, ...]
) -> None:
    _, member = await after_the_programme(office, "2026-01-10")
    logged = await office.logged()
    assert said(await office.pay_own(member, *months)) == (422, "months-not-in-a-row")
    assert said(await office.pay_own(member)) == (422, "field-invalid")
    assert said(await office.pay_own(member, "2026-01", sector="fish")) == (422, "field-invalid")
    assert await office.logged() == logged


async def test_a_month_that_is_paid_or_the_funders_is_refused(office: MoneyOffice) -> None:
    programme = await office.open()
    (member,) = await office.take_in(programme, {VILLAGE: 1})
    assert said(await office.pay_own(member, "2025-07")) == (409, "never-covered")
    await office.pay(programme, "2025-07", on="2025-07-08")
    assert said(await office.pay_own(member, "2025-07")) == (409, "month-paid")
    assert said(await office.pay_own(member, "2025-08")) == (409, "funder-pays")
    office.go_to("2025-08-02")
    await office.bill(programme, "2025-08")
    assert said(await office.pay_own(member, "2025-08")) == (409, "month-on-invoice")
    for month in ("2025-09", "2025-10", "2025-11"):
        office.go_to(f"{month}-02")
        await office.bill(programme, month)
    await office.watch("2025-11-18")
    assert said(await office.pay_own(member, "2025-11")) == (409, "month-on-invoice")
    assert (await office.pay_own(member, "2025-12")).json()["reactivated"] is True
    paid_twice = await office.pay_own(member, "2025-12", receipt="VA 2")
    assert said(paid_twice) == (409, "month-paid")
    assert (await office.alone.replay()).same


async def test_the_funder_is_not_billed_for_who_pays_himself(office: MoneyOffice) -> None:
    programme = await office.open(last_month="2026-12")
    (member,) = await office.take_in(programme, {VILLAGE: 1})
    await office.pay(programme, "2025-07", on="2025-07-08")
    await office.watch("2025-11-18")
    office.go_to("2025-12-10")
    assert (await office.pay_own(member, "2026-01")).status_code == 200
    for month in ("2025-10", "2025-12", "2026-01", "2026-02"):
        office.go_to(f"{max(month, '2025-12')}-15")
        assert (await office.bill(programme, month)).json() == {"members": 0}
    assert await office.alone.recorded(ContributionBilled) != []
    held = await office.membership(member)
    assert (held["reserved"], held["last_month"]) == (MONTH, "2025-11")
    assert (await office.alone.replay()).same


async def test_whoever_ended_is_not_begun_again(office: MoneyOffice) -> None:
    _, member = await after_the_programme(office, "2026-01-10")
    await office.dies(member, on=date(2026, 1, 9))
    logged = await office.logged()
    assert said(await office.pay_own(member, "2026-01")) == (409, "membership-ended")
    assert await office.logged() == logged


async def test_only_a_branch_of_the_area_takes_note(office: MoneyOffice) -> None:
    _, member = await after_the_programme(office, "2026-01-10")
    other = office.alone.client("branch", area="53.13", name="lembata")
    assert said(await office.pay_own(member, "2026-01", by=other)) == (404, "worker-unknown")
    assert said(await office.pay_own(new_id(), "2026-01")) == (404, "worker-unknown")
    refused = await office.pay_own(member, "2026-01", by=office.province)
    assert said(refused) == (403, "role-not-allowed")
