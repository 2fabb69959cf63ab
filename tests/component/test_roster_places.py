"""Places and money: never promised twice, whoever asks at the same time; verdicts are forecasts."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.state.unit import EVERYWHERE
from contracts.enrollment import RosterProcessed, WorkerEnrolled
from services.enrollment.operations import rosters
from services.enrollment.operations.rosters.working import Ahead
from tests.alone import key
from tests.component.enrollment_office import MONTH, Office, office, said
from tests.rosters import REGION, Row, row, rows

__all__ = ["office"]
HALF_YEAR = 6 * MONTH
ROSTERS, ROWS, PLACES = 8, 25, 90


def quota(heads: int) -> dict[str, Any]:
    return {"quotas": [{"region_code": REGION, "heads": heads}]}


async def test_over_quota_now_and_a_member_after_the_quota_is_raised(office: Office) -> None:
    programme = await office.open(**quota(3))
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
    office.alone.clock.set(datetime(2025, 11, 7, tzinfo=UTC))
    await office.enroll(programme, rows(1, 1))
    office.alone.clock.set(datetime(2026, 1, 7, tzinfo=UTC))
    over = await office.enroll(programme, rows(2, 1))
    (member,) = await office.alone.recorded(WorkerEnrolled)
    assert (member.first_month, member.reserved) == ("2025-11", 2 * MONTH)
    assert over["refused"] == {"programme-over": 1}


async def test_a_forecast_counts_the_chunks_before(office: Office) -> None:
    programme = await office.open(**quota(1_200))
    standing = await office.validated(programme, rows(1, 1_500))
    assert (standing["fit"], standing["refused"]) == (1_200, {"quota-exhausted": 300})
    assert set(await office.findings(standing["roster_id"])) == set(range(1_202, 1_502))


@pytest.mark.parametrize(
    "limit",
    [quota(PLACES), {"ceiling": PLACES * HALF_YEAR + HALF_YEAR - 1}],
    ids=["quota", "budget"],
)
async def test_many_rosters_at_once_fill_the_last_place_and_no_more(
    office: Office, limit: dict[str, Any]
) -> None:
    programme = await office.open(**limit)
    senders = [office.alone.client("district", area=REGION, name=f"d{n}") for n in range(ROSTERS)]
    sent = await asyncio.gather(
        *(
            office.upload(programme, rows(1 + 100 * n, ROWS), by=sender)
            for n, sender in enumerate(senders)
        )
    )
    ids = [each.json()["roster_id"] for each in sent]
    assert len(set(ids)) == ROSTERS
    await asyncio.gather(*(office.alone.work("rosters") for _ in range(3)))
    assert [(await office.roster(each))["fit"] for each in ids] == [ROWS] * ROSTERS
    checkers = [office.alone.client("checker", area="53", name=f"c{n}") for n in range(ROSTERS)]
    await asyncio.gather(
        *(
            checker.post(f"/rosters/{each}/approval", json={}, headers=key())
            for checker, each in zip(checkers, ids, strict=True)
        ),
        *(office.alone.work("rosters") for _ in range(4)),
    )
    await office.alone.work("rosters")
    standings = [await office.roster(each) for each in ids]
    assert {each["state"] for each in standings} == {"processed"}
    assert sum(each["enrolled"] for each in standings) == PLACES
    assert all(each["enrolled"] + sum(each["refused"].values()) == ROWS for each in standings)
    figures = await office.standing(programme)
    assert (figures["heads"], figures["reserved"]) == (PLACES, PLACES * HALF_YEAR)
    assert len(await office.alone.recorded(WorkerEnrolled)) == PLACES
    assert (await office.alone.replay()).same


async def test_a_quota_is_not_lowered_below_members_who_are_just_being_taken_in(
    office: Office,
) -> None:
    programme = await office.open()
    roster_id = (await office.validated(programme, rows(1, 20)))["roster_id"]
    await office.approve(roster_id)
    async with office.alone.units.bulk(area=EVERYWHERE) as unit:
        tools = office.alone.running.tools
        assert await rosters.enroll_rows(unit, tools=tools, ahead=Ahead())
        lowered = asyncio.create_task(office.amend(programme, 10))
        await asyncio.wait([lowered], timeout=0.3)
        assert not lowered.done()
    assert said(await lowered) == (409, "quota-below-members")
    assert (await office.standing(programme))["enrolled"] == 20


WAITS: list[Row] = [row(1), row(2, jenis_kelamin="P"), row(3), row(4, nik="9901011503850004")]


async def approve_and_work(office: Office, roster_id: str) -> dict[str, Any]:
    assert (await office.approve(roster_id)).status_code == 200
    await office.alone.work("rosters")
    return await office.roster(roster_id)


async def test_what_others_took_meanwhile_refuses_rows_that_were_fit_or_warned_about(
    office: Office,
) -> None:
    programme = await office.open(**quota(3))
    waits = (await office.validated(programme, [*WAITS[:3], row(5)]))["roster_id"]
    await office.enroll(programme, [row(3), row(8)])
    standing = await approve_and_work(office, waits)
    assert standing["refused"] == {"already-member": 1, "quota-exhausted": 2}
    assert await office.findings(waits) == {
        3: {
            ("refused", "nik", "quota-exhausted"),
            ("refused", "jenis_kelamin", "sex-differs-from-nik"),
        },
        4: {("refused", "nik", "already-member")},
        5: {("refused", "nik", "quota-exhausted")},
    }
    (_, last) = await office.alone.recorded(RosterProcessed)
    assert (last.enrolled, sum(last.refused.values())) == (1, 3)
    assert (await office.alone.replay()).same


async def test_a_programme_that_closed_meanwhile_takes_nobody(office: Office) -> None:
    programme = await office.open()
    waits = (await office.validated(programme, WAITS))["roster_id"]
    path, body = f"/programmes/{programme}/closing", {"reason": "SK 12/2025"}
    assert (await office.province.post(path, json=body, headers=key())).status_code == 200
    standing = await approve_and_work(office, waits)
    assert (standing["enrolled"], standing["refused"]) == (0, {"programme-closed": 4})
    fresh = await office.validated(programme, rows(11, 1))
    assert (fresh["fit"], fresh["refused"]) == (0, {"programme-closed": 1})


async def test_whoever_grew_too_old_while_the_roster_waited_is_refused(office: Office) -> None:
    born = {"tanggal_lahir": "1960-07-20", "nik": "5371042007600001"}
    older = [row(1, **born), row(2, **(born | {"nik": "5371046007600002"}))]
    waits = (await office.validated(await office.open(), [*older, row(3)]))["roster_id"]
    assert (await office.roster(waits))["warned"] == {"sex-differs-from-nik": 1}
    office.alone.clock.set(datetime(2025, 7, 21, tzinfo=UTC))
    standing = await approve_and_work(office, waits)
    assert (standing["enrolled"], standing["refused"]) == (1, {"too-old": 2})
    assert await office.findings(waits) == {
        2: {("refused", "tanggal_lahir", "too-old")},
        3: {
            ("refused", "tanggal_lahir", "too-old"),
            ("refused", "jenis_kelamin", "sex-differs-from-nik"),
        },
    }
