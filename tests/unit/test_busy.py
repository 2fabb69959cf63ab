"""A job for quiet times waits while the machine is busy, but not for ever."""

import asyncio
from contextlib import suppress

import psutil
import pytest

from chassis import busy, jobs
from chassis.jobs import Job


@pytest.mark.parametrize(("at_work", "is_busy"), [(0.0, False), (5.9, False), (6.1, True)])
def test_it_is_busy_when_most_of_the_time_between_two_looks_went_to_work(
    at_work: float, *, is_busy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = type(psutil.cpu_times())
    found = times(*[0.0] * len(times._fields))._replace(user=900.0, idle=100.0, iowait=50.0)
    monkeypatch.setattr(psutil, "cpu_times", lambda: found)
    look = busy.Busy()
    found = found._replace(user=900.0 + at_work, idle=108.0 - at_work, iowait=52.0)
    assert look() is is_busy
    found = found._replace(idle=found.idle + 10)
    assert not look(), "only what was since the last look counts"


@pytest.mark.parametrize(
    ("put_off_s", "in_quiet", "is_done"),
    [(600.0, True, False), (0.0, True, True), (600.0, False, True)],
)
async def test_a_job_for_quiet_times_waits_for_one_so_long_and_no_longer(
    put_off_s: float, *, in_quiet: bool, is_done: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PUT_OFF_S", put_off_s)
    monkeypatch.setattr(busy.Busy, "__call__", lambda _: True)
    done: list[bool] = []

    async def step() -> bool:
        done.append(True)
        return False

    with suppress(TimeoutError):
        async with asyncio.timeout(0.1):
            await Job("later", step, rest_s=0.01, in_quiet=in_quiet).run(lambda: None)
    assert bool(done) is is_done
