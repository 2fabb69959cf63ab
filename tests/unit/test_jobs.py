"""Jobs: they step, rest, try again, and always say that they go round."""

import asyncio
from contextlib import suppress

import pytest

from chassis import jobs
from chassis.jobs import Job


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BEAT_S", 0.01)
    monkeypatch.setattr(jobs, "BACK_OFF_S", 0.01)


async def run_for(job: Job, seconds: float) -> int:
    """How often the job said that it goes round."""
    beats = 0

    def beat() -> None:
        nonlocal beats
        beats += 1

    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await job.run(beat)
    return beats


async def test_a_job_that_rests_for_an_hour_still_beats() -> None:
    steps = 0

    async def step() -> bool:
        nonlocal steps
        steps += 1
        return False

    assert await run_for(Job("daily", step, rest_s=3600), 0.2) >= 5
    assert steps == 1


async def test_a_job_with_more_to_do_does_not_rest() -> None:
    left = [True, True, False]

    async def step() -> bool:
        return left.pop(0)

    await run_for(Job("busy", step, rest_s=3600), 0.1)
    assert left == []


async def test_a_step_that_fails_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    tries = 0

    async def step() -> bool:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise RuntimeError("once")
        return False

    await run_for(Job("flaky", step, rest_s=3600), 0.1)
    assert tries == 2
    assert "flaky failed" in caplog.text


async def test_a_job_that_waits_for_records_looks_again_after_one_was_made() -> None:
    steps, commits = 0, 0

    async def step() -> bool:
        nonlocal steps
        steps += 1
        return False

    job = asyncio.create_task(
        Job("waits", step, rest_s=0.001, recorded=lambda: commits).run(lambda: None)
    )
    await asyncio.sleep(0.1)
    assert steps == 1
    commits += 1
    await asyncio.sleep(0.1)
    assert steps == 2
    job.cancel()


async def test_what_was_recorded_while_a_job_looked_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "LOOK_AGAIN_S", 60.0)
    steps, commits = 0, 0

    async def step() -> bool:
        nonlocal steps, commits
        steps += 1
        commits = 1  # by somebody else, and too late for this step to see
        return False

    await run_for(Job("waits", step, rest_s=0.001, recorded=lambda: commits), 0.1)
    assert steps == 2


async def test_a_job_that_waits_for_records_looks_for_those_of_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "LOOK_AGAIN_S", 0.02)
    steps = 0

    async def step() -> bool:
        nonlocal steps
        steps += 1
        return False

    await run_for(Job("waits", step, rest_s=0.001, recorded=lambda: 0), 0.2)
    assert 2 <= steps <= 10
