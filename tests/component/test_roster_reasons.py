"""Every reason that follows from other rows, from members or from the programme, by a fixture."""

import csv
import io
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest

from contracts.enrollment import WorkerEnrolled
from services.enrollment.rules.applicants import Slug
from tests.alone import key
from tests.component.enrollment_office import MONTH, Office, death_verified, office
from tests.rosters import REGION, Row, row

__all__ = ["office"]
FIXTURES = Path(__file__).parents[1] / "fixtures"
HALF_YEAR = 6 * MONTH
ONE_PLACE = {"quotas": [{"region_code": REGION, "heads": 1}]}
OTHERS = [row(77)]
"""Make the file another one than that in which the row came before."""


def lines(name: str) -> list[dict[str, str]]:
    text = (FIXTURES / name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


STANDING = lines("roster-standing.csv")


@dataclass
class Scene:
    """What is so before the row of a fixture comes, and what comes with it."""

    office: Office
    line: Row
    terms: dict[str, Any] = field(default_factory=dict)
    """Of the programme for which the row comes."""
    rows_before: Sequence[Row] = ()
    leaves_out: bool = False
    _programme: UUID | None = None

    async def programme(self) -> UUID:
        self._programme = self._programme or await self.office.open(**self.terms)
        return self._programme

    async def have_members(self, *people: Row, programme: UUID | None = None) -> UUID:
        where = programme or await self.programme()
        enrolled = await self.office.enroll(where, people)
        assert enrolled["enrolled"] == len(people), enrolled
        return (await self.office.alone.recorded(WorkerEnrolled))[-1].worker_id


Situation = Callable[[Scene], Awaitable[object]]


async def _twice(scene: Scene) -> None:
    scene.rows_before = [row(1, nik=scene.line["nik"])]


async def _member(scene: Scene) -> None:
    scene.rows_before = OTHERS
    await scene.have_members(scene.line)


async def _member_elsewhere(scene: Scene) -> None:
    await scene.have_members(scene.line, programme=await scene.office.open(name="Another"))


async def _dead(scene: Scene) -> None:
    scene.rows_before = OTHERS
    worker = await scene.have_members(scene.line)
    alone = scene.office.alone
    await alone.hear(death_verified(alone, worker, died_on=date(2025, 7, 6)))


async def _full(scene: Scene) -> None:
    scene.terms = ONE_PLACE
    await scene.have_members(row(1))


async def _poor(scene: Scene) -> None:
    scene.terms = {"ceiling": 2 * HALF_YEAR - 1}
    await scene.have_members(row(1))


async def _over(scene: Scene) -> None:
    await scene.programme()
    scene.office.alone.clock.set(datetime(2025, 12, 31, 16, tzinfo=UTC))  # midnight in Kupang


async def _closed(scene: Scene) -> None:
    path = f"/programmes/{await scene.programme()}/closing"
    answer = await scene.office.province.post(path, json={"reason": "SK 12"}, headers=key())
    assert answer.is_success


async def _left_out(scene: Scene) -> None:
    scene.leaves_out = True


async def _crowded(scene: Scene) -> None:
    await scene.have_members(*(row(number, no_kk=scene.line["no_kk"]) for number in range(1, 6)))


async def _alike(scene: Scene) -> None:
    alike = {"nama": "Johannes Tefa", "nama_ibu": scene.line["nama_ibu"]}
    await scene.have_members(row(1, **alike))


SITUATIONS: dict[str, Situation] = {
    "another row has the NIK": _twice,
    "is a member": _member,
    "is a member of another programme": _member_elsewhere,
    "died as a member": _dead,
    "the last place is taken": _full,
    "the last rupiah is promised": _poor,
    "the last month has passed": _over,
    "the programme is closed": _closed,
    "the checker leaves it out": _left_out,
    "five members are on the family card": _crowded,
    "a member is alike": _alike,
}


@pytest.mark.parametrize("line", STANDING, ids=[line["situation"] for line in STANDING])
async def test_each_row_of_the_fixture_gets_what_it_says(
    office: Office, line: dict[str, str]
) -> None:
    scene = Scene(office, {name: line[name] for name in row(1)})
    await SITUATIONS[line["situation"]](scene)
    programme = await scene.programme()
    roster = await office.validated(programme, [*scene.rows_before, scene.line])
    number = 2 + len(scene.rows_before)
    if scene.leaves_out:
        answer = await office.approve(roster["roster_id"], leave_out=[number])
        assert answer.is_success
        await office.alone.work("rosters")
    path = f"/rosters/{roster['roster_id']}/rows"
    page = (await office.district.get(path)).json()
    (found,) = page["rows"]
    assert found["row"] == number
    main = found["findings"][0]
    assert (main["slug"], main["field"]) == (line["expected_slug"], line["expected_field"])
    warns = line["expected_slug"] in {"kk-crowded", "possible-duplicate"}
    assert found["severity"] == ("warning" if warns else "refused")
    assert main["reason"].endswith(".")


def test_no_reason_is_without_a_row_in_a_fixture() -> None:
    told = {line["expected_slug"] for line in [*STANDING, *lines("roster-refusals.csv")]}
    assert told - {""} == set(get_args(Slug))
    assert {line["situation"] for line in STANDING} == set(SITUATIONS)
