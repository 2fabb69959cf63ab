"""Member numbers from ranges that offices own; whoever finds none left waits for a range."""

import asyncio
from uuid import UUID

import httpx
import pytest

from chassis.ids import new_id
from chassis.state.unit import EVERYWHERE
from contracts.enrollment import KpjRangeGranted, MembershipActivated
from contracts.event import Cause
from contracts.types import ProgrammeId, WorkerId
from services.enrollment.rules.kpj import FIRST_RANGE
from tests.alone import key
from tests.component.cover_office import CoverOffice, office
from tests.component.enrollment_office import said

__all__ = ["office"]
KUPANG = {"area": "53.71", "first": "00000000041", "last": "00000000042"}


async def grant(office: CoverOffice, **changed: str) -> httpx.Response:
    return await office.admin.post("/kpj-ranges", json=KUPANG | changed, headers=key())


async def use_up(office: CoverOffice, programme: UUID) -> None:
    """Give the province's range but for its last number."""
    (worker,) = await office.members(programme, 900, 1)
    cause = Cause(new_id(), new_id())
    async with office.alone.units.bulk(area=EVERYWHERE) as unit:
        await unit.record(
            [
                MembershipActivated(
                    **cause.stamp("activate", at=unit.now), worker_id=WorkerId(worker),
                    programme_id=ProgrammeId(programme), kpj=str(FIRST_RANGE.last - 1),
                    covered_from=unit.now,
                )
            ]
        )  # fmt: skip


async def test_an_office_gives_its_own_numbers_first(office: CoverOffice) -> None:
    answer = await grant(office)
    assert answer.status_code == 201, answer.text
    programme = await office.open()
    await office.members(programme, 1, 3)
    await office.pay(programme, "2025-07")
    numbers = sorted((await office.numbers()).values())
    assert numbers == ["00000000041", "00000000042", str(FIRST_RANGE.first)]
    everywhere = office.alone.client("admin", area="53")
    ranges = (await everywhere.get("/kpj-ranges", params={"area": "53"})).json()["ranges"]
    assert [(each["area"], each["first"], each["left"]) for each in ranges] == [
        ("53.71", "00000000041", 0),
        ("53", str(FIRST_RANGE.first), FIRST_RANGE.last - FIRST_RANGE.first),
    ]
    assert ranges[0]["range_id"] == answer.json()["range_id"]
    assert ranges[1]["range_id"] is None
    assert (await office.alone.replay()).same


async def test_a_branch_sees_the_ranges_of_its_own_area(office: CoverOffice) -> None:
    await grant(office)
    programme = await office.open()
    await office.members(programme, 1, 1)
    await office.pay(programme, "2025-07")
    oebobo = office.alone.client("branch", area="53.71")
    answer = await oebobo.get("/kpj-ranges", params={"area": "53.71"})
    assert [each["left"] for each in answer.json()["ranges"]] == [1]
    assert (await oebobo.get("/kpj-ranges", params={"area": "53"})).status_code == 403


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"first": "00000000042", "last": "00000000099"}, (409, "kpj-range-overlaps")),
        ({"first": str(FIRST_RANGE.last), "last": "99999999999"}, (409, "kpj-range-overlaps")),
        ({"first": "00000000050", "last": "00000000049"}, (422, "kpj-range-reversed")),
        ({"first": "43"}, (422, "field-invalid")),
        ({"area": "51"}, (403, "outside-area")),
    ],
)
async def test_a_range_that_cannot_be_granted_is_refused(
    office: CoverOffice, changed: dict[str, str], refusal: tuple[int, str]
) -> None:
    await grant(office)
    assert said(await grant(office, **changed)) == refusal
    branch = await office.branch.post("/kpj-ranges", json=KUPANG, headers=key())
    assert branch.status_code == 403
    assert len(await office.alone.recorded(KpjRangeGranted)) == 1


async def test_of_two_grants_at_the_same_time_that_overlap_one_is_refused(
    office: CoverOffice,
) -> None:
    answers = await asyncio.gather(*(grant(office) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
    assert len(await office.alone.recorded(KpjRangeGranted)) == 1


async def test_whoever_finds_no_number_waits_and_is_covered_when_a_range_is_granted(
    office: CoverOffice,
) -> None:
    programme = await office.open()
    await use_up(office, programme)
    workers = await office.members(programme, 1, 3)
    await office.pay(programme, "2025-07", on="2025-07-10")
    await office.alone.work("activations")
    waiting = set(workers) - set(await office.numbers())
    assert str(FIRST_RANGE.last) in (await office.numbers()).values()
    assert len(waiting) == 2
    office.go_to("2025-07-14")
    await grant(office)
    await office.alone.work("activations")
    await office.alone.work("activations")
    begun = [e for e in await office.alone.recorded(MembershipActivated) if e.worker_id in waiting]
    assert sorted(each.kpj for each in begun) == ["00000000041", "00000000042"]
    assert {each.covered_from for each in begun} == {office.alone.clock.now()}
    assert (await office.cover(waiting.pop(), "2025-07-13"))["because"] == "not-begun"
    assert (await office.alone.replay()).same


async def test_a_range_elsewhere_helps_nobody_here(
    office: CoverOffice,
) -> None:
    programme = await office.open()
    await use_up(office, programme)
    workers = await office.members(programme, 1, 2)
    await office.pay(programme, "2025-07")
    await grant(office, area="53.13")
    await office.alone.work("activations")
    assert len(set(workers) & set(await office.numbers())) == 1


async def test_payment_and_job_never_activate_a_member_twice(office: CoverOffice) -> None:
    programme = await office.open()
    await use_up(office, programme)
    workers = await office.members(programme, 1, 4)
    await office.pay(programme, "2025-07", on="2025-07-10")
    await grant(office)
    office.go_to("2025-08-04")
    await office.bill(programme, "2025-08")
    await asyncio.gather(office.alone.work("activations"), office.pay_billed(programme, "2025-08"))
    begun = [e.worker_id for e in await office.alone.recorded(MembershipActivated)]
    assert len(begun) == len(set(begun)) == 4
    assert len(set(workers) - set(begun)) == 1
    assert (await office.alone.replay()).same
