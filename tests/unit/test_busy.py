"""A job for quiet times waits while the machine is busy, but not for ever."""

import asyncio
import time
from contextlib import suppress

import psutil
import pytest

from chassis import busy, jobs
from chassis.jobs import Job


@pytest.mark.parametrize(
    ("at_work", "here", "is_busy"),
    [(0.0, 0.0, False), (5.9, 2.3, False), (6.1, 0.0, True), (0.0, 2.5, True)],
)
def test_it_is_busy_when_most_of_the_time_between_two_looks_went_to_work(
    at_work: float, here: float, *, is_busy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = type(psutil.cpu_times())
    found = times(*[0.0] * len(times._fields))._replace(user=900.0, idle=100.0, iowait=50.0)
    own, clock = 70.0, 5_000.0
    monkeypatch.setattr(psutil, "cpu_times", lambda: found)
    monkeypatch.setattr(time, "process_time", lambda: own)
    monkeypatch.setattr(busy, "monotonic_s", lambda: clock)
    look = busy.Busy()
    found = found._replace(user=900.0 + at_work, idle=108.0 - at_work, iowait=52.0)
    own, clock = own + here, clock + 4
    assert look() is is_busy
    found, clock = found._replace(idle=found.idle + 10), clock + 4
    assert not look(), "only what was since the last look counts"


@pytest.mark.parametrize(
    ("put_off_s", "in_quiet", "is_done_again"),
    [(600.0, True, False), (0.0, True, True), (600.0, False, True)],
)
async def test_a_job_for_quiet_times_waits_for_one_so_long_and_no_longer(
    put_off_s: float, *, in_quiet: bool, is_done_again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PUT_OFF_S", put_off_s)
    monkeypatch.setattr(busy.Busy, "__call__", lambda _: True)
    done: list[bool] = []

    async def step() -> bool:
        done.append(True)
        return len(done) == 1

    with suppress(TimeoutError):
        async with asyncio.timeout(0.1):
            await Job("later", step, rest_s=0.01, in_quiet=in_quiet).run(lambda: None)
    assert len(done) >= 2, "what was begun in quiet is gone on with"
    assert (len(done) > 2) is is_done_again
