"""Rosters over HTTP into a real Postgres: good rows and bad ones, crashes, full programmes."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import pytest

from chassis.state.unit import EVERYWHERE
from contracts.enrollment import RosterProcessed, RosterReceived, WorkerEnrolled
from services.enrollment.adapters import Identities
from services.enrollment.operations import rosters
from services.enrollment.rules.applicants import COLUMNS
from tests.component.enrollment_office import MONTH, Office, office, said
from tests.rosters import row, rows, sheet

__all__ = ["office"]
HALF_YEAR = 6 * MONTH


async def test_good_rows_become_members_and_bad_ones_a_report(office: Office) -> None:
    programme = await office.open()
    bad = [
        (row(50, nik="123"), "nik", "nik-malformed"),
        (row(51, nik="5,37104E+15"), "nik", "nik-in-scientific-notation"),
        (row(1), "nik", "nik-twice-in-file"),
        (row(52, tanggal_lahir="1950-01-01"), "tanggal_lahir", "too-old"),
        (row(53, tanggal_lahir="2020-01-01"), "tanggal_lahir", "too-young"),
        (row(54, tanggal_lahir="31-02-1985"), "tanggal_lahir", "date-malformed"),
        (row(55, kode_wilayah="53.71.04.1012"), "kode_wilayah", "village-unknown"),
        (row(56, nama=""), "nama", "field-missing"),
        (row(57, ktp="mungkin"), "ktp", "field-malformed"),
    ]
    standing = await office.enroll(programme, [*rows(1, 5), *(each for each, _, _ in bad)])
    assert standing["refused"] == Counter(slug for _, _, slug in bad)
    assert (standing["rows"], standing["rows_done"], standing["percent"]) == (14, 14, 100)
    assert (standing["enrolled"], standing["done"]) == (5, True)
    report = await office.report(standing["roster_id"])
    assert report == [[str(n), *why[1:]] for n, why in enumerate(bad, start=7)]
    members = await office.alone.recorded(WorkerEnrolled)
    assert {each.reserved for each in members} == {HALF_YEAR}
    figures = await office.standing(programme)
    assert (figures["enrolled"], figures["reserved"]) == (5, 5 * HALF_YEAR)
    assert await office.alone.rows("SELECT 1 FROM staged_row") == []
    assert (await office.alone.replay()).same


async def test_the_shape_of_the_file_does_not_matter(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, sheet(rows(1, 2), bom=True, delimiter=";"))
    await office.enroll(programme, sheet(rows(3, 2), columns=COLUMNS[::-1]))
    assert (await office.standing(programme))["enrolled"] == 4


@pytest.mark.parametrize(
    ("content", "slug"),
    [
        (sheet([row(1, nama="Andr\u00e9")]).decode().encode("latin-1"), "roster-not-utf8"),
        (b"", "roster-empty"),
        (sheet([]), "roster-empty"),
        (sheet([row(1)], columns=COLUMNS[1:]), "roster-column-missing"),
        (sheet([row(1)]) + b'"open', "roster-unreadable"),
    ],
)
async def test_a_file_that_is_no_roster_changes_nothing(
    office: Office, content: bytes, slug: str
) -> None:
    programme = await office.open()
    logged = await office.logged()
    assert said(await office.upload(programme, content)) == (422, slug)
    assert await office.logged() == logged
    assert await office.alone.rows("SELECT 1 FROM staged_row") == []


async def test_the_same_file_twice_is_one_roster(office: Office) -> None:
    programme = await office.open()
    first = await office.upload(programme, rows(1, 3))
    again = await office.upload(programme, rows(1, 3))
    assert first.json() == again.json()
    await office.alone.work("rosters")
    after = await office.upload(programme, rows(1, 3))
    assert after.json() == first.json()
    await office.alone.work("rosters")
    assert len(await office.alone.recorded(RosterReceived)) == 1
    assert (await office.standing(programme))["enrolled"] == 3


async def test_a_person_in_two_files_is_one_member(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(1, 3))
    second = await office.enroll(programme, rows(3, 3))
    assert (second["enrolled"], second["refused"]) == (2, {"already-member": 1})
    assert (await office.standing(programme))["enrolled"] == 5


async def test_over_quota_now_and_a_member_after_the_quota_is_raised(office: Office) -> None:
    programme = await office.open(quotas=[{"region_code": "53.71", "heads": 3}])
    standing = await office.enroll(programme, rows(1, 5))
    assert (standing["enrolled"], standing["refused"]) == (3, {"quota-exhausted": 2})
    assert said(await office.amend(programme, 2)) == (409, "quota-below-members")
    assert (await office.amend(programme, 4)).status_code == 200
    later = await office.enroll(programme, rows(4, 2))
    assert (later["enrolled"], later["refused"]) == (1, {"quota-exhausted": 1})
    figures = await office.standing(programme)
    assert (figures["quota"], figures["enrolled"], figures["reserved"]) == (4, 4, 4 * HALF_YEAR)
    assert (await office.alone.replay()).same


async def test_a_region_without_quota_takes_nobody(office: Office) -> None:
    programme = await office.open(quotas=[{"region_code": "53.13", "heads": 9}])
    assert (await office.enroll(programme, rows(1, 2)))["refused"] == {"quota-exhausted": 2}


async def test_the_money_is_promised_once(office: Office) -> None:
    programme = await office.open(ceiling=3 * HALF_YEAR + HALF_YEAR - 1)
    standing = await office.enroll(programme, rows(1, 5))
    assert (standing["enrolled"], standing["refused"]) == (3, {"budget-exhausted": 2})
    assert (await office.standing(programme))["reserved"] == 3 * HALF_YEAR


async def test_whoever_comes_later_reserves_fewer_months(office: Office) -> None:
    programme = await office.open()
    office.alone.clock.set(office.alone.clock.now().replace(month=11))
    await office.enroll(programme, rows(1, 1))
    office.alone.clock.set(office.alone.clock.now().replace(year=2026))
    over = await office.enroll(programme, rows(2, 1))
    (member,) = await office.alone.recorded(WorkerEnrolled)
    assert (member.first_month, member.reserved) == ("2025-11", 2 * MONTH)
    assert over["refused"] == {"programme-over": 1}


class PowerCut(Exception):
    """The middle of a batch is as far as it goes."""


@dataclass(frozen=True)
class Interrupted(Identities):
    """Seals nobody any more."""

    cut: list[int] = field(default_factory=list)

    def seal(self, *_of: object) -> None:  # type: ignore[override]
        raise PowerCut


async def test_after_a_crash_in_the_middle_it_goes_on_where_it_stopped(office: Office) -> None:
    programme = await office.open()
    roster_id = (await office.upload(programme, rows(1, 2_300))).json()["roster_id"]
    good: Identities = office.alone.running.tools.identities
    async with office.alone.units.bulk(area=EVERYWHERE) as unit:
        assert await rosters.work_through(unit, good)
    halfway = await office.roster(roster_id)
    assert (halfway["rows_done"], halfway["percent"], halfway["done"]) == (1_000, 43, False)
    for _ in range(2):
        with pytest.raises(PowerCut):
            async with office.alone.units.bulk(area=EVERYWHERE) as unit:
                await rosters.work_through(unit, Interrupted(good.wrap, good.pepper))
    assert await office.roster(roster_id) == halfway
    await office.alone.work("rosters")
    done = await office.roster(roster_id)
    assert (done["enrolled"], done["done"], done["refused"]) == (2_300, True, {})
    members = await office.alone.recorded(WorkerEnrolled)
    assert len({each.worker_id for each in members}) == len(members) == 2_300
    (processed,) = await office.alone.recorded(RosterProcessed)
    assert processed.enrolled == 2_300
    assert (await office.alone.replay()).same


async def test_a_roster_of_exactly_a_batch_ends(office: Office) -> None:
    programme = await office.open()
    standing = await office.enroll(programme, rows(1, rosters.BATCH_ROWS_MAX))
    assert (standing["enrolled"], standing["done"]) == (rosters.BATCH_ROWS_MAX, True)
    assert len(await office.alone.recorded(RosterProcessed)) == 1


@pytest.mark.parametrize(
    "limit",
    [{"quotas": [{"region_code": "53.71", "heads": 30}]}, {"ceiling": 30 * HALF_YEAR}],
    ids=["quota", "budget"],
)
async def test_two_rosters_at_once_never_exceed_the_limit(
    office: Office, limit: dict[str, object]
) -> None:
    programme = await office.open(**limit)
    uploaded = await asyncio.gather(
        *(office.upload(programme, rows(first, 25)) for first in (1, 101, 201))
    )
    assert len({each.json()["roster_id"] for each in uploaded}) == 3
    await asyncio.gather(
        *(office.alone.work("rosters") for _ in range(4)),
        *(office.amend(programme, heads) for heads in (30, 31, 30) if "quotas" in limit),
    )
    standings = [await office.roster(each.json()["roster_id"]) for each in uploaded]
    assert all(each["done"] for each in standings)
    figures = await office.standing(programme)
    assert figures["enrolled"] == sum(each["enrolled"] for each in standings)
    assert 30 <= figures["enrolled"] <= (31 if "quotas" in limit else 30)
    assert figures["reserved"] == figures["enrolled"] * HALF_YEAR
    assert (await office.alone.replay()).same


async def test_a_quota_is_not_lowered_below_members_who_are_just_being_taken_in(
    office: Office,
) -> None:
    programme = await office.open()
    await office.upload(programme, rows(1, 20))
    async with office.alone.units.bulk(area=EVERYWHERE) as unit:
        await rosters.work_through(unit, office.alone.running.tools.identities)
        lowered = asyncio.create_task(office.amend(programme, 10))
        await asyncio.wait([lowered], timeout=0.3)
        assert not lowered.done()
    assert said(await lowered) == (409, "quota-below-members")
    assert (await office.standing(programme))["enrolled"] == 20


async def test_a_roster_of_a_programme_that_is_none_is_refused(office: Office) -> None:
    unknown = (await office.alone.rows("SELECT gen_random_uuid() AS id"))[0]["id"]
    assert said(await office.upload(unknown, rows(1, 1))) == (404, "programme-unknown")
