"""Month after month without money: the funder's arrears, the members', the lapse, the return."""

from datetime import date
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.state.unit import EVERYWHERE
from contracts.enrollment import (
    ContributionPaid,
    CoverageLapsed,
    InvoiceOverdue,
    MembershipActivated,
    MembershipInArrears,
    MembershipReactivated,
    MembershipRenewed,
)
from contracts.types import ProgrammeId, WorkerId
from services.enrollment.operations import arrears
from tests.alone import MakeAlone
from tests.component.enrollment_office import MONTH, command, invoice_paid, said
from tests.component.money_office import MoneyOffice, crashes, office, villages
from tests.rosters import VILLAGE

__all__ = ["office"]


async def paid_in_july(office: MoneyOffice, heads: int = 2) -> tuple[UUID, list[UUID]]:
    """A programme of July to December whose members were paid for July."""
    programme = await office.open()
    members = await office.take_in(programme, {VILLAGE: heads})
    await office.pay(programme, "2025-07", on="2025-07-08")
    return programme, members


async def bill_without_money(office: MoneyOffice, programme: UUID, *months: str) -> None:
    """Bill months on their first day."""
    for month in months:
        office.go_to(f"{month}-01")
        assert (await office.bill(programme, month)).status_code == 200


async def test_due_dates_pass_one_by_one_until_the_cover_lapses(office: MoneyOffice) -> None:
    programme, members = await paid_in_july(office)
    told: list[tuple[str, int, str]] = []
    for month, due, next_day in (
        ("2025-08", "2025-08-15", "2025-08-16"),
        ("2025-09", "2025-09-15", "2025-09-16"),
        ("2025-10", "2025-10-15", "2025-10-16"),
        ("2025-11", "2025-11-17", "2025-11-18"),  # the 15th is a Saturday
    ):
        await bill_without_money(office, programme, month)
        await office.watch(due, hour=23)
        assert len(await office.alone.recorded(MembershipInArrears)) == 2 * len(told)
        logged = await office.logged()
        await office.watch(next_day, hour=0)
        assert await office.logged() > logged
        logged = await office.logged()
        await office.watch(next_day, hour=23)
        assert await office.logged() == logged
        assert (await office.alone.replay()).same
        if month != "2025-11":
            told.append((next_day, len(told) + 1, "2025-08"))
    events = await office.alone.recorded(MembershipInArrears)
    assert [(str(e.since), e.months, e.oldest_month) for e in events] == [
        each for each in told for _ in members
    ]
    assert {e.owed_by for e in events} == {"funder"}
    lapsed = await office.alone.recorded(CoverageLapsed)
    assert {e.worker_id for e in lapsed} == set(members)
    assert {(e.lapsed_on, e.oldest_month, e.released) for e in lapsed} == {
        (date(2025, 11, 18), "2025-08", MONTH)
    }
    figures = await office.standing(programme)
    assert (figures["lapsed"], figures["covered"], figures["in_arrears"]) == (2, 0, 0)
    assert figures["reserved"] == figures["promised_by_members"] == 2 * 5 * MONTH
    assert (await office.cover(members[0], "2025-11-17"))["right"] == "reduced"
    assert (await office.cover(members[0], "2025-11-18"))["because"] == "lapsed"
    overdue = await office.alone.recorded(InvoiceOverdue)
    assert [(e.month, e.heads) for e in overdue] == [
        ("2025-08", 2), ("2025-09", 2), ("2025-10", 2), ("2025-11", 2),
    ]  # fmt: skip


async def test_a_lapse_has_its_day_by_law_when_nobody_looked_for_weeks(office: MoneyOffice) -> None:
    programme, _ = await paid_in_july(office, heads=1)
    await bill_without_money(office, programme, "2025-08", "2025-09")
    await office.watch("2025-12-24")
    (lapsed,) = await office.alone.recorded(CoverageLapsed)
    assert lapsed.lapsed_on == date(2025, 11, 18)
    assert lapsed.released == 3 * MONTH
    assert await office.alone.recorded(MembershipInArrears) == []
    assert (await office.alone.replay()).same


async def test_a_funder_who_pays_late_begins_a_new_cover_and_promises_anew(
    office: MoneyOffice,
) -> None:
    programme, (member, other) = await paid_in_july(office)
    await bill_without_money(office, programme, "2025-08", "2025-09", "2025-10", "2025-11")
    await office.watch("2025-11-18")
    await office.dies(other, on=date(2025, 11, 19))
    office.go_to("2025-11-25")
    for month in ("2025-08", "2025-09", "2025-10", "2025-11"):
        await office.pay_billed(programme, month)
    (again,) = await office.alone.recorded(MembershipReactivated)
    assert (again.worker_id, again.covered_from) == (member, office.alone.clock.now())
    assert (again.last_month, again.reserved, again.payer) == ("2025-12", MONTH, "apbd")
    held = await office.membership(member)
    assert (held["lapsed_on"], held["reserved"]) == (None, 6 * MONTH)
    office.go_to("2025-11-26")
    assert (await office.cover(member, "2025-11-20"))["right"] == "none"
    assert (await office.cover(member, "2025-11-26"))["right"] == "full"
    figures = await office.standing(programme)
    assert (figures["covered"], figures["lapsed"]) == (1, 0)
    assert figures["reserved"] == figures["promised_by_members"]
    office.go_to("2025-12-01")
    assert (await office.bill(programme, "2025-12")).json() == {"members": 1}
    assert (await office.owed_by_funder(programme))["months"] == []
    assert (await office.alone.replay()).same


async def test_without_money_for_all_months_to_come_fewer_are_promised(
    office: MoneyOffice,
) -> None:
    programme = await office.open(last_month="2026-06")
    members = await office.take_in(programme, {VILLAGE: 2})
    await office.pay(programme, "2025-07", on="2025-07-08")
    await bill_without_money(office, programme, "2025-08", "2025-09", "2025-10", "2025-11")
    await office.watch("2025-11-18")
    reserved = (await office.standing(programme))["reserved"]
    assert reserved == 2 * 5 * MONTH
    await office.amend_ceiling(programme, reserved + 10 * MONTH - 1)
    await office.pay_billed(programme, "2025-08")
    again = await office.alone.recorded(MembershipReactivated)
    assert [(e.reserved, e.last_month) for e in sorted(again, key=lambda e: e.worker_id)] == [
        (7 * MONTH, "2026-06"), (2 * MONTH, "2026-01"),
    ]  # fmt: skip
    for month, heads in (("2025-12", 2), ("2026-01", 2), ("2026-02", 1)):
        office.go_to(f"{month}-01")
        assert (await office.bill(programme, month)).json() == {"members": heads}
    assert {e.worker_id for e in again} == set(members)
    assert (await office.alone.replay()).same


async def test_what_fell_due_before_the_return_is_not_billed_any_more(office: MoneyOffice) -> None:
    programme, (member,) = await paid_in_july(office, heads=1)
    await bill_without_money(office, programme, "2025-08")
    await office.watch("2025-11-18")
    office.go_to("2025-12-02")
    await office.pay_billed(programme, "2025-08")
    (again,) = await office.alone.recorded(MembershipReactivated)
    assert (again.reserved, again.last_month) == (MONTH, "2025-12")
    for month in ("2025-09", "2025-10", "2025-11"):
        assert (await office.bill(programme, month)).json() == {"members": 0}
    assert (await office.bill(programme, "2025-12")).json() == {"members": 1}
    held = await office.membership(member)
    assert held["reserved"] == 3 * MONTH
    await office.watch("2025-12-16")
    (told,) = await office.alone.recorded(MembershipInArrears)
    assert (told.months, told.oldest_month) == (1, "2025-12")
    assert (await office.alone.replay()).same


async def test_a_payment_after_the_fourth_due_date_lapses_first_though_nobody_looked(
    office: MoneyOffice,
) -> None:
    programme, (member,) = await paid_in_july(office, heads=1)
    await bill_without_money(office, programme, "2025-08", "2025-09", "2025-10", "2025-11")
    office.go_to("2025-11-18", hour=0)
    await office.pay_billed(programme, "2025-09")
    (lapsed,) = await office.alone.recorded(CoverageLapsed)
    (again,) = await office.alone.recorded(MembershipReactivated)
    assert (lapsed.lapsed_on, again.covered_from) == (
        date(2025, 11, 18), office.alone.clock.now(),
    )  # fmt: skip
    assert (await office.cover(member, "2025-11-17"))["right"] == "reduced"
    assert (await office.alone.replay()).same


async def test_a_payment_that_the_bank_took_in_time_lapses_nothing_when_it_is_heard_late(
    office: MoneyOffice,
) -> None:
    programme, _ = await paid_in_july(office, heads=1)
    await bill_without_money(office, programme, "2025-08", "2025-09", "2025-10", "2025-11")
    office.go_to("2025-11-17", hour=23)
    in_time = office.alone.clock.now()
    office.go_to("2025-11-20")
    for invoice in await office.unpaid(programme):
        await office.alone.hear(invoice_paid(invoice.model_copy(update={"occurred_at": in_time})))
    assert await office.alone.recorded(CoverageLapsed) == []
    await office.watch("2025-11-20")
    assert await office.alone.recorded(CoverageLapsed) == []
    assert (await office.alone.replay()).same


async def test_what_is_still_owed_after_a_payment_is_told_at_once(office: MoneyOffice) -> None:
    programme, (member,) = await paid_in_july(office, heads=1)
    await bill_without_money(office, programme, "2025-08", "2025-09", "2025-10")
    await office.watch("2025-10-16")
    await office.pay_billed(programme, "2025-09")
    *_, told = await office.alone.recorded(MembershipInArrears)
    paid = (await office.alone.recorded(ContributionPaid))[-1]
    assert (told.months, told.oldest_month, told.since) == (1, "2025-08", date(2025, 8, 16))
    assert told.causation_id == paid.causation_id
    logged = await office.logged()
    await office.watch("2025-10-16", hour=12)
    assert await office.logged() == logged
    await office.pay_billed(programme, "2025-08")
    await office.pay_billed(programme, "2025-10")
    held = await office.membership(member)
    assert (held["arrears_months"], held["arrears_oldest"]) == (0, None)
    assert (await office.alone.replay()).same


async def test_a_year_of_late_money_in_one_poll_is_one_return(office: MoneyOffice) -> None:
    programme, members = await paid_in_july(office, heads=3)
    await bill_without_money(office, programme, "2025-08", "2025-09", "2025-10", "2025-11")
    await office.take_in(programme, {VILLAGE: 2})
    await office.bill(programme, "2025-11")
    await office.watch("2025-11-18")
    now = office.alone.clock.now()
    late = [
        invoice_paid(invoice.model_copy(update={"occurred_at": now}))
        for invoice in await office.unpaid(programme)
    ]
    assert (await office.alone.hear(*late)).parked == 0
    again = await office.alone.recorded(MembershipReactivated)
    assert {e.worker_id for e in again} == set(members)
    assert len(again) == 3
    assert len(await office.alone.recorded(MembershipActivated)) == 5
    assert (await office.standing(programme))["covered"] == 5
    assert (await office.alone.replay()).same
    logged = await office.logged()
    for each in late:
        await office.alone.handle(each)
    assert await office.logged() == logged


async def all_paid(office: MoneyOffice) -> tuple[UUID, UUID]:
    programme, (member,) = await paid_in_july(office, heads=1)
    for month in range(8, 13):
        await office.pay(programme, f"2025-{month:02d}", on=f"2025-{month:02d}-02")
    return programme, member


async def test_after_the_programme_nobody_is_in_arrears_before_its_next_due_date(
    office: MoneyOffice,
) -> None:
    programme, member = await all_paid(office)
    for day in ("2026-01-01", "2026-01-15"):
        await office.watch(day, hour=23)
        assert await office.alone.recorded(MembershipInArrears) == []
    for day in ("2026-01-16", "2026-02-16", "2026-02-17", "2026-03-17", "2026-04-15"):
        await office.watch(day)
    told = await office.alone.recorded(MembershipInArrears)
    assert [(e.months, str(e.since)) for e in told] == [
        (1, "2026-01-16"), (2, "2026-02-17"), (3, "2026-03-17"),
    ]  # fmt: skip
    await office.watch("2026-04-16")
    (lapsed,) = await office.alone.recorded(CoverageLapsed)
    assert (lapsed.lapsed_on, lapsed.released) == (date(2026, 4, 16), 0)
    assert await office.alone.recorded(InvoiceOverdue) == []
    assert (await office.owed_by_funder(programme))["amount"] == 0
    assert (await office.cover(member, "2026-04-15"))["right"] == "reduced"
    assert (await office.cover(member, "2026-04-16"))["right"] == "none"
    assert (await office.alone.replay()).same


async def test_an_office_may_let_the_right_end_with_the_programme(alone: MakeAlone) -> None:
    office = MoneyOffice(await alone("enrollment", after_programme="ends"))
    await all_paid(office)
    await office.watch("2025-12-31", hour=23)
    assert await office.alone.recorded(CoverageLapsed) == []
    await office.watch("2026-01-01", hour=0)
    (lapsed,) = await office.alone.recorded(CoverageLapsed)
    assert (lapsed.lapsed_on, lapsed.oldest_month) == (date(2026, 1, 1), "2026-01")
    assert (await office.alone.replay()).same


async def test_months_that_another_programme_pays_are_not_owed(office: MoneyOffice) -> None:
    first, member = await all_paid(office)
    second = await office.open(first_month="2026-01", last_month="2026-06")
    office.go_to("2026-01-05")
    renewed = MembershipRenewed(
        **command().stamp("renew", at=office.alone.clock.now()),
        worker_id=WorkerId(member), programme_id=ProgrammeId(second), renews=ProgrammeId(first),
        village_code=VILLAGE, first_month="2026-01", last_month="2026-06", reserved=6 * MONTH,
    )  # fmt: skip
    async with office.alone.units.bulk(area=EVERYWHERE) as unit:
        await unit.record([renewed])
    await office.watch("2026-01-16")
    assert len(await office.alone.recorded(MembershipInArrears)) == 1
    await office.pay(second, "2026-01", on="2026-01-20")
    await office.watch("2026-01-20")
    rows = await office.alone.rows("SELECT arrears_months FROM memberships")
    assert [row["arrears_months"] for row in rows] == [0, 0]
    await office.watch("2026-06-01")
    lapsed = await office.alone.recorded(CoverageLapsed)
    assert {(e.programme_id, e.lapsed_on) for e in lapsed} == {
        (first, date(2026, 5, 16)), (second, date(2026, 5, 16)),
    }  # fmt: skip
    assert (await office.alone.replay()).same


async def test_the_funders_arrears_are_listed_by_month_and_since_when(office: MoneyOffice) -> None:
    here, there = VILLAGE, villages(1)[0]
    programme = await office.open()
    await office.take_in(programme, {here: 2, there: 3})
    await office.run(programme, "2025-07")
    office.go_to("2025-08-01")
    await office.run(programme, "2025-08")
    assert (await office.owed_by_funder(programme))["heads"] == 5
    office.go_to("2025-08-16")
    owed = await office.owed_by_funder(programme)
    assert (owed["heads"], owed["amount"], owed["since"]) == (10, 10 * MONTH, "2025-07-16")
    assert [(m["month"], m["since"], m["amount"]) for m in owed["months"]] == [
        ("2025-07", "2025-07-16", 5 * MONTH), ("2025-08", "2025-08-16", 5 * MONTH),
    ]  # fmt: skip
    params = {"programme_id": str(programme)}
    seen = (await office.branch.get("/funder-arrears", params=params)).json()
    assert [(m["month"], m["heads"]) for m in seen["months"]] == [("2025-07", 2), ("2025-08", 2)]
    await office.watch("2025-08-17")
    await office.pay_billed(programme, "2025-07")
    assert [m["month"] for m in (await office.owed_by_funder(programme))["months"]] == ["2025-08"]
    assert len(await office.alone.recorded(InvoiceOverdue)) == 4
    unknown = {"programme_id": str(new_id())}
    answer = await office.province.get("/funder-arrears", params=unknown)
    assert said(answer) == (404, "programme-unknown")
    bali = office.alone.client("province", area="51", name="bali")
    assert said(await bali.get("/funder-arrears", params=params)) == (403, "outside-area")
    assert (await office.alone.replay()).same


@pytest.mark.parametrize("portion", [1, 2, 3, 7])
async def test_a_round_in_portions_leaves_nobody_out(
    office: MoneyOffice, portion: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrears, "PORTION_ROWS", portion)
    programme, members = await paid_in_july(office, heads=6)
    await bill_without_money(office, programme, "2025-08")
    (job,) = (j for j in office.alone.service.jobs(office.alone.running) if j.name == "arrears")
    office.go_to("2025-08-16")
    taken = 1
    while await job.step():
        taken += 1
    assert taken >= 6 // portion
    told = await office.alone.recorded(MembershipInArrears)
    assert {e.worker_id for e in told} == set(members)
    logged = await office.logged()
    assert not await job.step()
    await office.watch("2025-08-16")
    assert await office.logged() == logged


async def test_a_portion_that_fails_is_looked_at_again(
    office: MoneyOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrears, "PORTION_ROWS", 2)
    programme, members = await paid_in_july(office, heads=5)
    await bill_without_money(office, programme, "2025-08")
    (job,) = (j for j in office.alone.service.jobs(office.alone.running) if j.name == "arrears")
    office.go_to("2025-08-16")
    assert [await job.step() for _ in "ab"] == [True, True]
    await crashes(job.step, at="unit.logged", monkeypatch=monkeypatch)
    while await job.step():
        pass
    told = await office.alone.recorded(MembershipInArrears)
    assert sorted(e.worker_id for e in told) == sorted(members)
    assert (await office.alone.replay()).same
