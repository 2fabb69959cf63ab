"""Months that were owed when a membership ended: billed and paid afterwards, and no others."""

from datetime import date
from uuid import UUID

import pytest

from chassis.state.database import owner_engine
from contracts.enrollment import (
    ContributionBilled,
    ContributionPaid,
    CoverageLapsed,
    CoverageRestored,
)
from services.enrollment.operations.what_if.replaying import what_if
from tests.component.enrollment_office import MONTH, said
from tests.component.money_office import MoneyOffice, office
from tests.component.test_renewal import renewed
from tests.component.test_restored_cover import rejected, reported_dead
from tests.rosters import VILLAGE

__all__ = ["office"]
ALL = ("2025-07", "2025-08", "2025-09", "2025-10", "2025-11", "2025-12")


async def paid_to(
    office: MoneyOffice, last_month: str, *, heads: int = 2
) -> tuple[UUID, list[UUID]]:
    """Members of July to December who were billed and paid to that month."""
    programme = await office.open()
    members = await office.take_in(programme, {VILLAGE: heads})
    for month in ALL[: ALL.index(last_month) + 1]:
        await office.pay(programme, month, on=f"{month}-08")
    return programme, members


async def billed(office: MoneyOffice, worker_id: UUID) -> list[str]:
    found = await office.alone.recorded(ContributionBilled)
    return sorted(each.month for each in found if each.worker_id == worker_id)


async def paid(office: MoneyOffice, worker_id: UUID) -> list[str]:
    found = await office.alone.recorded(ContributionPaid)
    return sorted(each.month for each in found if each.worker_id == worker_id)


async def not_billed(office: MoneyOffice, programme: UUID, month: str) -> set[str]:
    sides = await office.sides(programme, month, why="not-billed")
    return {each["worker_id"] for each in sides["members"]}


async def holds(office: MoneyOffice) -> bool:
    """Whether the log comes to the tables, by its own prices too."""
    owner = owner_engine(office.alone.urls.owner, application="test")
    try:
        found = await what_if(owner, None, told=lambda *_: None)
    finally:
        await owner.dispose()
    return found.holds and (await office.alone.replay()).same


async def test_what_the_dead_owed_is_billed_and_paid_after_the_death(office: MoneyOffice) -> None:
    programme, (dead, alive) = await paid_to(office, "2025-10")
    office.go_to("2026-01-10")
    before = await office.standing(programme)
    await office.dies(dead, on=date(2025, 12, 20))
    assert (await office.standing(programme))["reserved"] == before["reserved"] - 2 * MONTH
    for month in ("2025-11", "2025-12"):
        assert await not_billed(office, programme, month) == {str(dead), str(alive)}
        assert (await office.bill(programme, month)).json() == {"members": 2}
        assert await not_billed(office, programme, month) == set()
        assert (await office.bill(programme, month)).json() == {"members": 0}
        await office.pay_billed(programme, month)
    assert await paid(office, dead) == list(ALL)
    figures = await office.standing(programme)
    assert figures["reserved"] == figures["promised_by_members"] == before["reserved"]
    assert (figures["covered"], figures["ended"]) == (1, 1)
    assert (await office.cover(dead, "2025-12-20"))["right"] == "reduced"
    assert (await office.cover(dead, "2025-12-21"))["because"] == "ended"
    asked = {"programme_id": str(programme), "area": "53"}
    answer = await office.auditor.get("/questions/commitment", params=asked)
    assert answer.json()["findings"] == 0, answer.text
    assert await holds(office)


async def test_another_run_takes_the_dead_onto_the_list(office: MoneyOffice) -> None:
    programme, (dead, _) = await paid_to(office, "2025-10")
    office.go_to("2025-12-21")
    await office.dies(dead, on=date(2025, 12, 20))
    first = await office.run(programme, "2025-11")
    (late,) = await office.take_in(programme, {VILLAGE: 1})
    second = await office.run(programme, "2025-11")
    assert [each["monthly_list"]["heads"] for each in (first, second)] == [2, 3]
    assert await billed(office, late) == ["2025-11"]
    assert await billed(office, dead) == list(ALL[:5])
    await office.pay_billed(programme, "2025-11")
    assert (await office.sides(programme, "2025-11"))["same"] is True
    assert (await office.alone.replay()).same


@pytest.mark.parametrize(
    ("died_on", "months"),
    [
        (date(2025, 11, 16), []),  # due on Monday 17 November, the 15th is a Saturday
        (date(2025, 11, 17), []),
        (date(2025, 11, 18), ["2025-11"]),
        (date(2025, 12, 15), ["2025-11"]),
        (date(2025, 12, 16), ["2025-11", "2025-12"]),
    ],
)
async def test_a_month_due_on_the_day_of_the_death_or_later_is_never_billed(
    office: MoneyOffice, died_on: date, months: list[str]
) -> None:
    programme, (dead,) = await paid_to(office, "2025-10", heads=1)
    office.go_to("2025-12-30")
    await office.dies(dead, on=died_on)
    for month in ("2025-11", "2025-12"):
        assert await not_billed(office, programme, month) == {str(dead)} & (
            {str(dead)} if month in months else set()
        )
        await office.bill(programme, month)
    assert await billed(office, dead) == [*ALL[:4], *months]
    assert await holds(office)


@pytest.mark.parametrize(
    ("reason", "members"), [("withdrawal", 1), ("other-segment", 1), ("double-registration", 0)]
)
async def test_who_was_registered_twice_is_not_paid_for_twice(
    office: MoneyOffice, reason: str, members: int
) -> None:
    programme, (gone,) = await paid_to(office, "2025-10", heads=1)
    office.go_to("2025-12-02")
    assert (await office.end(gone, programme, on="2025-12-01", reason=reason)).is_success
    assert (await office.bill(programme, "2025-11")).json() == {"members": members}
    assert (await office.bill(programme, "2025-12")).json() == {"members": 0}
    assert await holds(office)


@pytest.mark.parametrize(
    ("died_on", "months"),
    [
        (date(2025, 11, 28), ["2025-09", "2025-10", "2025-11"]),
        (date(2025, 12, 20), ["2025-09", "2025-10", "2025-11", "2025-12"]),
    ],
)
async def test_a_lapse_that_was_recorded_first_takes_nothing_from_the_family(
    office: MoneyOffice, died_on: date, months: list[str]
) -> None:
    programme, (dead, alive) = await paid_to(office, "2025-08")
    await office.watch("2025-12-18")
    assert len(await office.alone.recorded(CoverageLapsed)) == 2
    office.go_to("2026-01-08")
    await office.dies(dead, on=died_on)
    for month in ("2025-09", "2025-10", "2025-11", "2025-12"):
        await office.bill(programme, month)
        await office.pay_billed(programme, month)
    assert await paid(office, dead) == ["2025-07", "2025-08", *months]
    assert await paid(office, alive) == ["2025-07", "2025-08"]
    figures = await office.standing(programme)
    assert figures["reserved"] == figures["promised_by_members"] == (4 + len(months)) * MONTH
    assert await holds(office)


async def test_who_never_had_a_cover_is_not_billed_after_the_death(office: MoneyOffice) -> None:
    programme = await office.open()
    (dead,) = await office.take_in(programme, {VILLAGE: 1})
    office.go_to("2025-08-20")
    await office.dies(dead, on=date(2025, 8, 18))
    assert (await office.bill(programme, "2025-07")).json() == {"members": 0}
    assert await not_billed(office, programme, "2025-07") == set()


async def test_a_month_of_the_next_programme_is_owed_before_its_first_payment(
    office: MoneyOffice,
) -> None:
    first, (dead, _) = await paid_to(office, "2025-12")
    following = await renewed(office, first, name="2026")
    await office.alone.work("renewals")
    office.go_to("2026-01-20")
    assert (await office.cover(dead, "2026-01-20"))["owed_by"] == "funder"
    await office.dies(dead, on=date(2026, 1, 19))
    (owed,) = (await office.owed_by_funder(following))["months"]
    assert (owed["month"], owed["heads"]) == ("2026-01", 2)
    assert (await office.bill(following, "2026-01")).json() == {"members": 2}
    await office.pay_billed(following, "2026-01")
    assert await paid(office, dead) == [*ALL, "2026-01"]
    assert (await office.standing(following))["covered"] == 1
    assert (await office.bill(following, "2026-02")).status_code == 409
    office.go_to("2026-02-20")
    assert (await office.bill(following, "2026-02")).json() == {"members": 1}
    assert await holds(office)


async def test_a_death_that_was_none_costs_the_months_billed_meanwhile_once(
    office: MoneyOffice,
) -> None:
    programme, (member,) = await paid_to(office, "2025-08", heads=1)
    office.go_to("2025-10-20")
    verified = await reported_dead(office, member, on=date(2025, 10, 18))
    await office.bill(programme, "2025-09")
    await office.alone.hear(rejected(office, verified))
    (restored,) = await office.alone.recorded(CoverageRestored)
    assert restored.reserved == 3 * MONTH
    held = await office.membership(member)
    assert (held["reserved"], held["last_month"]) == (6 * MONTH, "2025-12")
    for month in ("2025-10", "2025-11", "2025-12"):
        office.go_to(f"{max(month, '2025-10')}-25")
        assert (await office.bill(programme, month)).json() == {"members": 1}
    assert await billed(office, member) == list(ALL)
    assert await holds(office)


async def test_without_money_the_dead_wait_until_the_ceiling_is_raised(
    office: MoneyOffice,
) -> None:
    programme, (dead,) = await paid_to(office, "2025-10", heads=1)
    office.go_to("2025-12-21")
    await office.dies(dead, on=date(2025, 12, 20))
    await office.amend_ceiling(programme, 5 * MONTH)
    assert (await office.bill(programme, "2025-11")).json() == {"members": 1}
    assert (await office.bill(programme, "2025-12")).json() == {"members": 0}
    assert await not_billed(office, programme, "2025-12") == {str(dead)}
    await office.amend_ceiling(programme, 6 * MONTH)
    assert (await office.bill(programme, "2025-12")).json() == {"members": 1}
    assert await holds(office)


async def test_the_family_pays_what_the_dead_owed_himself_and_nothing_else(
    office: MoneyOffice,
) -> None:
    programme, (dead,) = await paid_to(office, "2025-12", heads=1)
    office.go_to("2026-03-20")
    await office.dies(dead, on=date(2026, 2, 19))
    logged = await office.logged()
    for months in (("2026-03",), ("2026-01", "2026-02", "2026-03"), ("2026-01", "2026-01")):
        refused = await office.pay_own(dead, *months)
        assert said(refused) == (409, "membership-ended")
        assert "only the months owed then: 2026-01, 2026-02" in refused.json()["detail"]
    assert said(await office.pay_own(dead, "2025-12", "2026-01")) == (409, "month-paid")
    assert await office.logged() == logged
    answer = await office.pay_own(dead, "2026-01", "2026-02")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["amount"], answer.json()["reactivated"]) == (2 * MONTH, False)
    events = await office.alone.recorded(ContributionPaid)
    assert [(e.month, e.payer, e.amount, e.programme_id) for e in events[-2:]] == [
        ("2026-01", "self", MONTH, programme), ("2026-02", "self", MONTH, programme),
    ]  # fmt: skip
    assert said(await office.pay_own(dead, "2026-01", receipt="VA 2")) == (409, "month-paid")
    nothing = await office.pay_own(dead, "2026-03", receipt="VA 2")
    assert "it takes no money" in nothing.json()["detail"]
    assert (await office.cover(dead, "2026-02-19"))["right"] == "reduced"
    assert (await office.standing(programme))["covered"] == 0
    assert await holds(office)


async def test_the_family_pays_its_part_beside_the_funders(office: MoneyOffice) -> None:
    """Four months are owed, the first of them by the funder: nothing is lost by his row."""
    programme, (dead,) = await paid_to(office, "2025-10", heads=1)
    office.go_to("2026-03-05")
    await office.dies(dead, on=date(2026, 2, 20))
    refused = await office.pay_own(dead, "2025-12", "2026-01", "2026-02")
    assert said(refused) == (409, "membership-ended")
    assert "2026-01, 2026-02" in refused.json()["detail"]
    assert (await office.pay_own(dead, "2026-01", "2026-02")).status_code == 200
    await office.pay(programme, "2025-11")
    await office.pay(programme, "2025-12")
    assert await paid(office, dead) == [*ALL, "2026-01", "2026-02"]
    nothing = await office.pay_own(dead, "2026-03", receipt="VA 2")
    assert "it takes no money" in nothing.json()["detail"]
    assert await holds(office)


async def test_a_lapse_before_the_death_by_the_members_own_months_leaves_nothing_to_pay(
    office: MoneyOffice,
) -> None:
    _, (dead, other) = await paid_to(office, "2025-12")
    await office.watch("2026-05-10")
    await office.dies(dead, on=date(2026, 4, 20))
    refused = await office.pay_own(dead, "2026-01", "2026-02", "2026-03")
    assert said(refused) == (409, "membership-ended")
    assert "it takes no money" in refused.json()["detail"]
    await office.dies(other, on=date(2026, 4, 10))
    answer = await office.pay_own(other, "2026-01", "2026-02", "2026-03")
    assert (answer.status_code, answer.json()["reactivated"]) == (200, False)
    assert await holds(office)


async def test_a_member_who_lives_pays_up_what_he_owes(office: MoneyOffice) -> None:
    _, (member,) = await paid_to(office, "2025-12", heads=1)
    await office.watch("2026-03-20")
    assert (await office.membership(member))["arrears_months"] == 3
    early = await office.pay_own(member, "2025-12")
    assert said(early) == (422, "months-not-in-a-row")
    assert "one that is owed: 2026-01, 2026-02, 2026-03" in early.json()["detail"]
    answer = await office.pay_own(member, "2026-01", "2026-02", "2026-03", "2026-04")
    assert answer.status_code == 200, answer.text
    assert answer.json()["reactivated"] is False
    held = await office.membership(member)
    assert (held["arrears_months"], held["arrears_oldest"]) == (0, None)
    office.go_to("2026-03-21")
    assert (await office.cover(member, "2026-03-21"))["right"] == "full"
    assert (await office.cover(member, "2026-03-19"))["right"] == "reduced"
    assert await holds(office)


async def test_after_a_lapse_old_months_are_not_charged(office: MoneyOffice) -> None:
    _, (member,) = await paid_to(office, "2025-12", heads=1)
    await office.watch("2026-04-20")
    refused = await office.pay_own(member, "2026-01", "2026-02", "2026-03", "2026-04")
    assert said(refused) == (422, "months-not-in-a-row")
    assert (await office.pay_own(member, "2026-04")).json()["reactivated"] is True


async def test_what_nobody_has_billed_is_the_funders_arrears_too(office: MoneyOffice) -> None:
    programme, (dead, gone, alive) = await paid_to(office, "2025-09", heads=3)
    office.go_to("2025-10-02")
    await office.bill(programme, "2025-10")
    office.go_to("2025-12-15")
    await office.dies(dead, on=date(2025, 11, 25))
    await office.end(gone, programme, on="2025-11-10")
    await office.take_in(programme, {VILLAGE: 1})
    cover = await office.cover(alive, "2025-12-15")
    assert (cover["arrears_months"], cover["owed_by"]) == (2, "funder")
    owed = await office.owed_by_funder(programme)
    assert [(m["month"], m["heads"], m["amount"], m["since"]) for m in owed["months"]] == [
        ("2025-10", 3, 3 * MONTH, "2025-10-16"), ("2025-11", 2, 2 * MONTH, "2025-11-18"),
    ]  # fmt: skip
    assert [(len(m["invoices"]), m["not_invoiced"]) for m in owed["months"]] == [
        (1, []), (0, [{"district_code": VILLAGE[:8], "heads": 2, "amount": 2 * MONTH}]),
    ]  # fmt: skip
    assert (owed["heads"], owed["not_invoiced_heads"], owed["amount"]) == (5, 2, 5 * MONTH)
    assert owed["since"] == "2025-10-16"
    lembata = office.alone.client("branch", area="53.13", name="lembata")
    params = {"programme_id": str(programme)}
    assert (await lembata.get("/funder-arrears", params=params)).json()["months"] == []
    office.go_to("2025-12-16")
    assert (await office.owed_by_funder(programme))["months"][-1]["month"] == "2025-12"
    for month in ("2025-10", "2025-11"):
        await office.bill(programme, month)
        await office.pay_billed(programme, month)
    months = {each["month"] for each in (await office.owed_by_funder(programme))["months"]}
    assert "2025-12" in months
    assert not months & {"2025-10", "2025-11"}
