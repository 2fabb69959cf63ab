"""Own money beside a programme that is renewed: no month is paid twice, and whoever had a cover
may pay."""

from datetime import date
from typing import Any
from uuid import UUID

from contracts.enrollment import (
    ContributionBilled,
    CoverageLapsed,
    MembershipActivated,
    MembershipReactivated,
)
from tests.component.enrollment_office import MONTH, said
from tests.component.money_office import MoneyOffice, office
from tests.component.test_renewal import renewed
from tests.rosters import VILLAGE

__all__ = ["office"]
OWN = ("2026-01", "2026-02", "2026-03", "2026-04")


async def half_a_year(office: MoneyOffice, heads: int) -> tuple[UUID, list[UUID]]:
    """A programme, November and December 2025, paid to its end, and its members; the last month
    in December."""
    programme = await office.open(first_month="2025-11")
    members = await office.take_in(programme, {VILLAGE: heads})
    await office.pay(programme, "2025-11", on="2025-11-03")
    await office.pay(programme, "2025-12", on="2025-12-01")
    return programme, members


async def carried_over(office: MoneyOffice, programme: UUID, **changed: Any) -> UUID:
    following = await renewed(office, programme, **changed)
    await office.alone.work("renewals")
    return following


async def auditor_finds(office: MoneyOffice, name: str) -> list[dict[str, Any]]:
    answer = await office.auditor.get(f"/questions/{name}")
    assert answer.status_code == 200, answer.text
    return [each for each in answer.json()["rows"] if each["finding"]]


async def test_months_that_a_member_paid_are_not_billed_to_the_next_programme(
    office: MoneyOffice,
) -> None:
    programme, (payer, other) = await half_a_year(office, 2)
    assert (await office.pay_own(payer, *OWN)).status_code == 200
    following = await carried_over(office, programme)
    for month in OWN:
        office.go_to(f"{month}-05")
        await office.run(following, month)
        await office.pay_billed(following, month)
    billed = await office.alone.recorded(ContributionBilled)
    assert [e.worker_id for e in billed if e.programme_id == following] == [other] * 4
    sides = await office.sides(following, "2026-04")
    assert (sides["same"], sides["listed"]["heads"]) == (True, 1)
    office.go_to("2026-05-02")
    assert (await office.owed_by_funder(following))["not_invoiced_heads"] == 0
    assert await auditor_finds(office, "covered-elsewhere") == []
    assert await auditor_finds(office, "lists-agree") == []
    found = await office.cover(payer, "2026-05-02")
    assert (found["right"], found["months_paid"]) == ("full", 6)
    await office.pay(following, "2026-05", on="2026-05-05")
    (again,) = [
        each
        for each in await office.alone.recorded(MembershipActivated)
        if (each.worker_id, each.programme_id) == (payer, following)
    ]
    assert again.covered_from.date() == date(2025, 11, 3)
    assert (await office.alone.replay()).same


async def test_own_money_is_not_among_the_figures_of_the_programme(office: MoneyOffice) -> None:
    programme, (payer,) = await half_a_year(office, 1)
    assert (await office.pay_own(payer, *OWN)).status_code == 200
    figures = await office.standing(programme)
    assert (figures["months_billed"], figures["months_paid"]) == (2, 2)
    assert figures["amount_paid"] == figures["reserved"] == 2 * MONTH


async def test_whoever_lapsed_after_a_renewal_that_nobody_paid_begins_anew(
    office: MoneyOffice,
) -> None:
    programme, (member,) = await half_a_year(office, 1)
    number = await office.numbers()
    following = await carried_over(office, programme)
    await office.watch("2026-04-16")
    assert len(await office.alone.recorded(CoverageLapsed)) == 1
    assert (await office.cover(member, "2026-04-16"))["because"] == "lapsed"
    answer = await office.pay_own(member, "2026-04", "2026-05")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["programme_id"], answer.json()["reactivated"]) == (str(programme), True)
    (again,) = await office.alone.recorded(MembershipReactivated)
    assert (again.covered_from, again.programme_id) == (office.alone.clock.now(), programme)
    office.go_to("2026-04-17")
    found = await office.cover(member, "2026-04-17")
    assert (found["right"], found["kpj"], found["arrears_months"]) == ("full", number[member], 0)
    assert (await office.cover(member, "2026-04-15"))["right"] == "reduced"
    assert (await office.alone.replay()).same
    await office.pay(following, "2026-01", on="2026-05-20")
    assert (await office.bill(following, "2026-05")).json() == {"members": 0}
    (begun, goes_on) = await office.alone.recorded(MembershipActivated)
    assert (goes_on.kpj, goes_on.covered_from) == (begun.kpj, again.covered_from)
    office.go_to("2026-05-21")
    found = await office.cover(member, "2026-05-21")
    assert (found["right"], found["arrears_months"], found["months_paid"]) == ("full", 0, 1)
    await office.watch("2026-05-21")
    assert (await office.membership(member))["arrears_months"] == 0
    assert (await office.alone.replay()).same


async def test_while_the_cover_runs_the_next_programme_pays_what_it_promises(
    office: MoneyOffice,
) -> None:
    programme, (member,) = await half_a_year(office, 1)
    following = await carried_over(office, programme, first_month="2026-03")
    await office.watch("2026-02-20")
    logged = await office.logged()
    assert said(await office.pay_own(member, "2026-03")) == (409, "funder-pays")
    assert await office.logged() == logged
    assert (await office.pay_own(member, "2026-01", "2026-02")).status_code == 200
    assert (await office.cover(member, "2026-02-20"))["right"] == "full"
    await office.pay(following, "2026-03", on="2026-03-02")
    (begun, again) = await office.alone.recorded(MembershipActivated)
    assert again.covered_from == begun.covered_from
    assert said(await office.pay_own(member, "2026-03", receipt="VA 2")) == (409, "month-paid")
    assert (await office.alone.replay()).same


async def test_the_family_pays_what_nobody_promised_between_two_programmes(
    office: MoneyOffice,
) -> None:
    programme, (member,) = await half_a_year(office, 1)
    await carried_over(office, programme, first_month="2026-05")
    office.go_to("2026-03-20")
    await office.dies(member, on=date(2026, 3, 19))
    assert said(await office.pay_own(member, "2026-05")) == (409, "membership-ended")
    answer = await office.pay_own(member, "2026-01", "2026-02", "2026-03")
    assert answer.status_code == 200, answer.text
    assert answer.json()["reactivated"] is False
    assert (await office.alone.replay()).same


async def test_what_nobody_promised_is_paid_up_while_the_next_programme_pays(
    office: MoneyOffice,
) -> None:
    programme, (member,) = await half_a_year(office, 1)
    following = await carried_over(office, programme, first_month="2026-03")
    await office.pay(following, "2026-03", on="2026-03-02")
    assert (await office.cover(member, "2026-03-02"))["arrears_months"] == 2
    assert said(await office.pay_own(member, "2026-04")) == (409, "funder-pays")
    assert (await office.pay_own(member, "2026-01", "2026-02")).status_code == 200
    office.go_to("2026-03-03")
    assert (await office.cover(member, "2026-03-03"))["right"] == "full"
    assert (await office.alone.replay()).same
