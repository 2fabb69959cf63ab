"""Rosters with planted defects through HTTP: what was planted is found, and nothing else."""

from random import Random
from typing import Any

import pytest

from chassis import failpoints
from chassis.jobs import Job
from contracts.enrollment import RosterProcessed, WorkerEnrolled
from services.enrollment.operations.rosters import staging
from tests.component.enrollment_office import Office, office
from tests.planted import KINDS, MEMBER_KINDS, Planted, planted

__all__ = ["office"]
ROWS, SEED = 3_000, 20_250_707


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three times as many chunks as crashes."""
    monkeypatch.setattr(staging, "CHUNK_ROWS", ROWS // 10)


class PowerCut(Exception):
    """A chunk is lost on its way to the disk."""


async def sent(office: Office, roster: Planted) -> str:
    """Open a programme that is large enough and send the roster to it; before it, those who are to
    be members already."""
    quotas = [{"region_code": code, "heads": heads} for code, heads in roster.heads.items()]
    programme = await office.open(quotas=quotas)
    agency = office.alone.client("district", area="53", name="agency")
    before = await office.upload(programme, roster.before, by=agency, region_code="53")
    if before.is_success:  # else it has no rows
        await office.alone.work("rosters")
        await office.approve(before.json()["roster_id"])
        await office.alone.work("rosters")
    answer = await office.upload(programme, roster.content, by=agency, region_code=roster.area)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["roster_id"])


async def standing(office: Office, roster_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await office.province.get(f"/rosters/{roster_id}")).json()
    return found


async def check(office: Office, roster: Planted, roster_id: str) -> None:
    """Every planted defect was found, and nothing else; everybody else is a member."""
    found = await office.findings(roster_id)
    assert {n: frozenset(each) for n, each in found.items()} == roster.expected
    fit = roster.rows - len(roster.of("refused"))
    told = await standing(office, roster_id)
    assert (told["state"], told["fit"], told["enrolled"]) == ("processed", fit, fit)
    members = await office.alone.recorded(WorkerEnrolled)
    of_roster = [each for each in members if str(each.roster_id) == roster_id]
    assert len({each.worker_id for each in of_roster}) == len(of_roster) == fit
    warned = sum(bool(each.warnings) for each in of_roster)
    assert warned == len(roster.of("warning"))
    assert len(await office.alone.rows("SELECT 1 FROM subject_key")) == len(members)
    processed = (await office.alone.recorded(RosterProcessed))[-1]
    assert processed.enrolled + sum(processed.refused.values()) == roster.rows
    assert (await office.alone.replay()).same


@pytest.mark.parametrize("area", ["53", "53.71"])
async def test_exactly_what_was_planted_is_found(office: Office, area: str) -> None:
    roster = planted(ROWS, seed=SEED, area=area)
    roster_id = await sent(office, roster)
    await office.alone.work("rosters")
    await office.approve(roster_id)
    await office.alone.work("rosters")
    await check(office, roster, roster_id)


async def test_beside_members_too(office: Office) -> None:
    roster = planted(ROWS // 2, seed=SEED, share=0.08, kinds={**MEMBER_KINDS, **KINDS})
    roster_id = await sent(office, roster)
    await office.alone.work("rosters")
    await office.approve(roster_id)
    await office.alone.work("rosters")
    await check(office, roster, roster_id)


@pytest.mark.parametrize("seed", range(3))
async def test_after_three_crashes_the_same_is_found(
    office: Office, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Each crash is the end of the process: the next one starts with an empty memory."""
    roster = planted(ROWS, seed=SEED + seed, area="53.71")
    chance = Random(seed)
    roster_id = await sent(office, roster)
    for moment in ("rosters.chunk-validated", "rosters.chunk-enrolled"):
        await work_with_crashes(office, monkeypatch, moment, frozenset(chance.sample(range(10), 3)))
        if moment == "rosters.chunk-validated":
            await office.approve(roster_id)
    await check(office, roster, roster_id)


async def work_with_crashes(
    office: Office, monkeypatch: pytest.MonkeyPatch, moment: str, turns: frozenset[int]
) -> None:
    turn = -1

    async def cut() -> None:
        nonlocal turn
        turn += 1
        if turn in turns:
            raise PowerCut

    crashes, job = 0, job_of(office)
    with monkeypatch.context() as armed:
        armed.setitem(failpoints.ARMED, moment, cut)
        more = True
        while more:
            try:
                more = await job.step()
            except PowerCut:
                crashes, job = crashes + 1, job_of(office)
    assert crashes == 3


def job_of(office: Office) -> Job:
    (job,) = (e for e in office.alone.service.jobs(office.alone.running) if e.name == "rosters")
    return job


@pytest.mark.parametrize("area", ["53", "53.71"])
def test_every_kind_is_planted_and_the_same_seed_gives_the_same_roster(area: str) -> None:
    roster = planted(ROWS, seed=SEED, area=area)
    assert len(roster.expected) == round(ROWS * 0.02) >= len(KINDS)
    assert planted(ROWS, seed=SEED, area=area) == roster
    assert planted(ROWS, seed=SEED + 1, area=area).content != roster.content
    assert max(roster.expected) <= ROWS + 1
    assert min(roster.expected) >= 2
