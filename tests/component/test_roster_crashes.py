"""Crashes in the middle of taking a roster in: afterwards it is as if there had been none."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from chassis import failpoints
from chassis.jobs import Job
from contracts.enrollment import RosterApproved, RosterProcessed, RosterReceived, WorkerEnrolled
from services.enrollment.adapters.identities import Identities
from services.enrollment.operations.rosters import staging
from tests.alone import MakeAlone, key
from tests.component.enrollment_office import Office, office
from tests.rosters import Row, row, rows

__all__ = ["office"]


class PowerCut(Exception):
    """The middle of a chunk is as far as it goes."""


@dataclass
class Cuts:
    """Fails at these moments, counted from 1, and passes the others."""

    at: frozenset[int]
    met: int = 0

    async def __call__(self) -> None:
        self.met += 1
        if self.met in self.at:
            raise PowerCut


FAMILY = "5371040101209999"
ACROSS_CHUNKS: list[Row] = [
    *rows(1, 60),
    row(5),
    *(row(number, no_kk=FAMILY) for number in range(2_000, 2_004)),
    *rows(3_000, 50),
    row(7, alamat="Jalan lain"),
    row(4_001, nama=row(9)["nama"], nama_ibu=row(9)["nama_ibu"]),
    *(row(number, no_kk=FAMILY) for number in range(4_002, 4_005)),
    row(4_100, nik="1"),
]
"""Three chunks: NIK twice, a crowded family card and a look-alike, each across two of them."""
IN_FILE = {
    62: {("refused", "nik", "nik-twice-in-file")},
    117: {("refused", "nik", "nik-twice-in-file")},
    118: {("warning", "nama", "possible-duplicate")},
    120: {("warning", "no_kk", "kk-crowded")},
    121: {("warning", "no_kk", "kk-crowded")},
    122: {("refused", "nik", "nik-malformed")},
}


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Crashes are between chunks and inside them: what matters is that there are some."""
    monkeypatch.setattr(staging, "CHUNK_ROWS", 50)


def roster_job(office: Office) -> Job:
    """The job of a process that just started: it remembers nothing."""
    (job,) = (each for each in office.alone.service.jobs(office.alone.running) if
              each.name == "rosters")  # fmt: skip
    return job


@dataclass
class Restless:
    """Steps the job until nothing is left, whatever fails; with `restarts` each failure is the end
    of the process."""

    office: Office
    restarts: bool
    failed: int = 0
    _job: Job | None = None

    async def work(self) -> None:
        more = True
        while more:
            self._job = self._job or roster_job(self.office)
            try:
                more = await self._job.step()
            except PowerCut:
                self.failed += 1
                self._job = None if self.restarts else self._job


async def outcome(office: Office, roster_id: str) -> dict[str, Any]:
    """What came of a roster: its figures, findings by row, and who is a member."""
    standing = await office.roster(roster_id)
    people = await office.alone.rows("SELECT nik_hash FROM person_lookup ORDER BY 1")
    warned = [each.warnings for each in await office.alone.recorded(WorkerEnrolled)]
    names = ("state", "rows", "fit", "enrolled", "refused", "warned", "amount", "done")
    return {
        "standing": {name: standing[name] for name in names},
        "findings": await office.findings(roster_id),
        "people": [each["nik_hash"] for each in people],
        "warnings": sorted(each for each in warned if each),
        "promised": await office.alone.rows("SELECT region_code, heads, reserved FROM commitments"),
    }


@pytest.mark.parametrize("restarts", [False, True], ids=["same process", "restarted"])
@pytest.mark.parametrize(
    "moments",
    [
        {"rosters.chunk-validated": {1, 3, 4}},
        {"rosters.chunk-validated": {1, 2, 3}, "rosters.chunk-enrolled": {1, 3, 4}},
        {"log.numbered": {1, 3, 5, 6, 8}},
        {"unit.logged": {1, 2, 4, 5, 7, 9}},
        {"unit.committed": {1, 2, 3, 5}},
    ],
    ids=["validation", "both", "numbering", "before the commit", "after the commit"],
)
async def test_whatever_is_cut_off_the_same_rows_become_members_for_the_same_reasons(
    alone: MakeAlone,
    monkeypatch: pytest.MonkeyPatch,
    moments: dict[str, set[int]],
    restarts: bool,
) -> None:
    quiet, restless = Office(await alone("enrollment")), Office(await alone("enrollment"))
    expected = await quiet.enroll(await quiet.open(), ACROSS_CHUNKS)
    assert await quiet.findings(expected["roster_id"]) == IN_FILE
    programme = await restless.open()
    sent = (await restless.upload(programme, ACROSS_CHUNKS)).json()["roster_id"]
    cuts = {moment: Cuts(frozenset(at)) for moment, at in moments.items()}
    worker = Restless(restless, restarts)
    for moment, cut in cuts.items():
        monkeypatch.setitem(failpoints.ARMED, moment, cut)
    await worker.work()
    approval = key()
    while (
        await restless.checker.post(f"/rosters/{sent}/approval", json={}, headers=approval)
    ).is_error:
        pass
    await worker.work()
    for moment in cuts:
        monkeypatch.delitem(failpoints.ARMED, moment)
    assert worker.failed >= 2
    assert await outcome(restless, sent) == await outcome(quiet, expected["roster_id"])
    for event in (RosterReceived, RosterApproved, RosterProcessed):
        assert len(await restless.alone.recorded(event)) == 1
    assert (await restless.alone.replay()).same


@dataclass(frozen=True)
class Interrupted(Identities):
    """Seals nobody any more once so many were sealed."""

    left: list[int] = field(default_factory=lambda: [0])

    def seal(self, *of: Any) -> Any:
        self.left[0] -= 1
        if self.left[0] < 0:
            raise PowerCut
        return super().seal(*of)


async def test_a_crash_while_people_are_sealed_leaves_the_chunk_undone(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster_id = (await office.validated(await office.open(), rows(1, 120)))["roster_id"]
    await office.approve(roster_id)
    tools = office.alone.running.tools
    broken = Interrupted(tools.identities.wrap, tools.identities.pepper, [70])
    with monkeypatch.context() as patched:
        patched.setitem(tools.__dict__, "identities", broken)
        for _ in range(3):
            with pytest.raises(PowerCut):
                await office.alone.work("rosters")
    halfway = await office.roster(roster_id)
    assert (halfway["rows_done"], halfway["percent"], halfway["done"]) == (50, 41, False)
    assert len(await office.alone.rows("SELECT 1 FROM subject_key")) == 50
    await office.alone.work("rosters")
    done = await office.roster(roster_id)
    assert (done["enrolled"], done["done"], done["refused"]) == (120, True, {})
    members = await office.alone.recorded(WorkerEnrolled)
    assert len({each.worker_id for each in members}) == len(members) == 120
    assert len(await office.alone.rows("SELECT 1 FROM subject_key")) == 120
    assert (await office.alone.replay()).same


async def test_two_processes_share_the_chunks_of_one_roster(office: Office) -> None:
    """Each remembers only the rows that it saw itself: neither may miss those of the other."""
    roster_id = (await office.upload(await office.open(), ACROSS_CHUNKS)).json()["roster_id"]
    one, other = roster_job(office), roster_job(office)
    for job in (one, other, one, other):
        await job.step()
    assert await office.findings(roster_id) == IN_FILE
    assert (await office.roster(roster_id))["state"] == "validated"


@pytest.mark.parametrize("moment", ["log.numbered", "unit.logged", "unit.committed"])
async def test_an_upload_that_was_cut_off_is_sent_again(
    office: Office, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    programme = await office.open()

    async def send() -> Any:
        return await office.upload(programme, rows(1, 120), name="monday")

    monkeypatch.setitem(failpoints.ARMED, moment, Cuts(frozenset({1, 2})))
    answers = [await send() for _ in range(3)]
    assert [each.status_code for each in answers][-1] == 202
    assert answers[0].status_code == 500
    assert len(await office.alone.recorded(RosterReceived)) == 1
    (staged,) = await office.alone.rows("SELECT sum(row_count) AS rows FROM staged_chunk")
    assert staged["rows"] == 120


Step = Callable[[], Awaitable[Any]]


async def test_uploads_approvals_and_work_at_once_end_as_one_after_the_other(
    office: Office,
) -> None:
    programme = await office.open()
    sent = [
        (await office.upload(programme, rows(first, 30))).json()["roster_id"]
        for first in (1, 21, 41)
    ]
    await asyncio.gather(*(office.alone.work("rosters") for _ in range(3)))
    await asyncio.gather(
        *(office.approve(each) for each in sent), *(office.alone.work("rosters") for _ in range(3))
    )
    await office.alone.work("rosters")
    standings = [await office.roster(each) for each in sent]
    assert sum(each["enrolled"] for each in standings) == 70
    assert sum(each["refused"].get("already-member", 0) for each in standings) == 20
    assert (await office.alone.replay()).same
