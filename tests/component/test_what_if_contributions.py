"""Months billed and paid again by another tariff: what a service comes to that lives by it."""

from collections import Counter
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from sqlalchemy import text

from chassis.bus.brokers import Brokers
from chassis.state.database import owner_engine
from contracts.enrollment import ContributionBilled
from services.enrollment.operations.what_if.answer import Answer, answer
from services.enrollment.operations.what_if.replaying import what_if
from services.enrollment.queries import money
from services.enrollment.rules import tariffs
from services.enrollment.rules.what_if.prices import Price, PriceWrong, price
from tameng.machine import Described
from tameng.what_if import contributions_tables as tables
from tameng.what_if.asking import asked as by_service
from tameng.what_if.tables import sections
from tests.alone import MakeAlone
from tests.component.enrollment_office import MONTH
from tests.component.money_office import MoneyOffice, office
from tests.component.test_renewal import renewed
from tests.component.test_replay_sources import environment
from tests.component.test_restored_cover import rejected, reported_dead
from tests.component.test_what_if import everything
from tests.prepared import Prepared

__all__ = ["office"]
OTHER = 20_000
POOR = 4 * 6 * MONTH + 100
LASTING = 250_000
TIGHT = 8 * MONTH
NEXT = 2 * 12 * MONTH


async def life(office: MoneyOffice) -> None:
    """Four programmes: one whose money is short, and grows; one whose members lapse, pay themselves
    or are paid for late; one with a death that was none; one that is renewed."""
    poor = await office.open(name="poor", ceiling=POOR)
    lasting = await office.open(name="lasting", ceiling=LASTING)
    tight = await office.open(name="tight", ceiling=TIGHT)
    rich = await office.open(name="rich")
    await office.members(poor, 1, 5)
    _, own = await office.members(lasting, 11, 2)
    (alive,) = await office.members(tight, 21, 1)
    leaves, *_ = await office.members(rich, 31, 3)
    for programme in (poor, lasting, tight, rich):
        await office.pay(programme, "2025-07", on="2025-07-08")
    office.go_to("2025-07-21")
    verified = await reported_dead(office, alive, on=date(2025, 7, 20))
    office.go_to("2025-08-04")
    await office.members(tight, 22, 1)
    await office.alone.hear(rejected(office, verified))
    await office.end(leaves, rich, on="2025-08-04")
    await office.pay(poor, "2025-08")
    await _month(office, rich, lasting, "2025-08")
    office.go_to("2025-09-02")
    await office.bill(poor, "2025-09")
    await office.amend(poor, 6)
    await office.amend_ceiling(poor, POOR + 70_000)
    await office.members(poor, 5, 1)
    for month in ("2025-09", "2025-10", "2025-11"):
        await _month(office, rich, lasting, month)
    await office.watch("2025-11-18")
    await office.members(lasting, 13, 1)
    assert (await office.pay_own(own, "2025-12")).is_success
    await office.pay_billed(lasting, "2025-11")
    office.go_to("2025-12-02")
    await office.bill(lasting, "2025-12")
    following = await renewed(office, rich, name="next", ceiling=NEXT)
    await renewed(office, poor, name="poor next")
    await office.alone.work("renewals")
    await office.pay(following, "2026-01", on="2026-01-05")


async def _month(office: MoneyOffice, paid: UUID, unpaid: UUID, month: str) -> None:
    await office.pay(paid, month, on=f"{month}-05")
    await office.bill(unpaid, month)


class Came(NamedTuple):
    """What programmes came to, by their names."""

    promised: dict[str, tuple[int, int]]
    """Members and rupiah."""
    months: dict[tuple[str, str, str], money.MonthMoney]


def named(found: money.Money) -> Came:
    names = {programme_id: each.name for programme_id, each in found.programmes.items()}
    return Came(
        {each.name: (each.members, each.reserved) for each in found.programmes.values()},
        {(names[key[0]], *key[1:]): each for key, each in found.months.items()},
    )


async def asked(office: MoneyOffice, other: Price | None = None) -> tuple[Answer, Came]:
    owner = owner_engine(office.alone.urls.owner, application="test")
    try:
        done = list[tuple[int, int]]()
        found = await what_if(owner, other, told=lambda *step: done.append(step))
        assert done[-1][0] == done[-1][1] or not found.holds
        return answer(found, other), named(found.other.money)
    finally:
        await owner.dispose()


async def by_command(office: MoneyOffice, *words: str) -> dict[str, Any]:
    """What the real command answers, asked as `tameng what-if` does."""
    machine = Described(
        pid=1, urls={}, environments={"enrollment": environment(office.alone)}, origins={},
        kafka=Brokers(addresses=""), topic_prefix="", clock_file=None, keys_folder="", kept={},
    )  # fmt: skip
    found = await by_service(machine, "enrollment", words)
    assert found.passed
    return dict(found.answer)


async def test_another_tariff_comes_to_what_a_service_that_lives_by_it_comes_to(
    office: MoneyOffice, alone: MakeAlone, prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    await prepared(office.alone, life, office)
    before = await everything(office.alone)
    record, _ = await asked(office)
    found, came = await asked(office, Price(OTHER))
    assert record.holds
    assert found.holds
    assert (record.difference, record.memberships) == (0, [])

    dearer = tuple(row._replace(jkk=OTHER - row.jkm, verified=True) for row in tariffs.rows())
    monkeypatch.setattr(tariffs, "rows", lambda: dearer)
    there = MoneyOffice(await alone("enrollment"))
    await life(there)
    async with there.alone.units.reading(area="*") as session:
        assert came == named(await money.money(session))
    told = {(e.programme, e.what, e.memberships, e.months) for e in found.memberships}
    assert told == {
        ("poor", "budget-exhausted", 1, 6),
        ("tight", "fewer-months", 1, 2),
        ("lasting", "fewer-months", 1, 1),
        ("next", "budget-exhausted", 1, 12),
        ("poor next", "not-a-member", 1, 12),
    }  # fmt: skip
    assert found.difference == found.after.billed - record.before.billed
    assert sum(each.difference for each in found.places) == found.difference
    assert await everything(office.alone) == before
    assert (await office.alone.replay()).same


async def test_a_month_to_begin_with_and_rows_that_a_lower_price_takes_in(
    office: MoneyOffice, prepared: Prepared
) -> None:
    await prepared(office.alone, life, office)
    billed = Counter(each.month for each in await office.alone.recorded(ContributionBilled))
    found, came = await asked(office, Price(17_000, "2025-09"))
    after = sum(
        heads * (17_000 if month >= "2025-09" else MONTH) for month, heads in billed.items()
    )
    told = {(e.programme, e.what, e.memberships, e.months) for e in found.memberships}
    assert told == {
        ("poor", "budget-exhausted", 1, 6),
        ("next", "budget-exhausted", 1, 12),
        ("poor next", "not-a-member", 1, 12),
    }  # fmt: skip
    lost = 17_000  # whoever is not carried over is not billed for January
    lost += 2 * MONTH + 17_000  # nor is whoever does not fit, for July to September
    assert found.after.billed == after - lost
    assert came.promised["poor"] == (4, 3 * (2 * MONTH + 4 * 17_000) + 4 * 17_000)

    answered = await by_command(office, "--amount", "17000", "--from", "2025-09")
    assert answered == found.model_dump(mode="json")
    assert "are billed instead of" in tables.verdict(answered)
    shown = {each.title: each.rows for each in sections(tables.tables(answered))}
    assert len(shown["Billed, by month"]) == len(billed)
    whys = [row[-1] for row in shown["Memberships that come out otherwise"]]
    assert sorted(whys) == sorted(tables.WHY[what] for _, what, *_ in told)

    cheap, came = await asked(office, Price(12_000))
    assert cheap.after.billed == 12_000 * sum(billed.values())
    (taken,) = [each for each in cheap.memberships if each.what == "taken-in"]
    assert (taken.region_code, taken.memberships, taken.months) == ("53.71", 1, 6)
    budgets = {each.name: each.after for each in cheap.programmes}
    promised = 5 * 6 * 12_000 + 4 * 12_000
    assert (budgets["poor"].members, budgets["poor"].reserved) == (6, promised)
    assert budgets["poor"].months_left == (POOR + 70_000 - promised) // 12_000


async def test_a_record_that_its_own_prices_do_not_come_to_is_told(office: MoneyOffice) -> None:
    programme = await office.open()
    await office.members(programme, 1, 3)
    await office.pay(programme, "2025-07")
    owner = owner_engine(office.alone.urls.owner, application="test")

    async def by_hand(statement: str) -> Answer:
        async with owner.begin() as connection:
            assert (await connection.execute(text(statement))).rowcount == 1
        found, _ = await asked(office, Price(OTHER))
        assert not found.holds
        return found

    table = await by_hand("UPDATE commitments SET reserved = reserved - 16800")
    assert (table.differing, table.programmes[0].after.left - table.programmes[0].before.left) == (
        0, -16_800,
    )  # fmt: skip
    log = await by_hand(
        "UPDATE event_log SET body = convert_to(replace(convert_from(body, 'utf8'), "
        "'16800', '16000'), 'utf8') WHERE event_id = (SELECT event_id FROM "
        "event_log WHERE type = 'enrollment.contribution-billed.v1' LIMIT 1)"
    )
    (wrong,) = log.otherwise
    assert (wrong.recorded, wrong.again) == ("amount 16000", "amount 16800")
    await owner.dispose()

    assert "clock" not in tables.verdict(log.model_dump())
    await office.members(programme, 9, 1)
    await office.pay(programme, "2025-07", on="2025-07-06")
    torn, _ = await asked(office)
    assert torn.differing > log.differing
    assert "The clock was set back before" in tables.verdict(torn.model_dump())


@pytest.mark.parametrize(
    ("amount", "month"), [(0, None), (1_000_001, None), (20_000, "2025-9"), (20_000, "soon")]
)
def test_what_is_no_contribution_or_no_month_is_refused(amount: int, month: str | None) -> None:
    with pytest.raises(PriceWrong):
        price(amount, month)
