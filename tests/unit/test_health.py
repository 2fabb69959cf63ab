"""Health: alive by progress, ready by checks, and an end to what is stuck."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from chassis.web import health
from chassis.web.health import Health, watch
from tests.unit.small_app import client


class Ticks:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def watched(ticks: Ticks) -> Health:
    return Health(now_s=ticks)


@pytest.fixture
def http(watched: Health) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(health.router(watched))
    return client(app)


async def test_a_loop_is_alive_as_long_as_it_beats(
    watched: Health, ticks: Ticks, http: httpx.AsyncClient
) -> None:
    watched.expect("relay", limit_s=30)
    watched.expect("consumer", limit_s=60)
    ticks.now_s += 29
    assert (await http.get("/livez")).json() == {"ok": True, "failing": {}}
    watched.beat("consumer")
    ticks.now_s += 2
    answer = await http.get("/livez")
    assert answer.status_code == 503
    assert answer.json()["failing"] == {"relay": "no progress for 31 s (limit 30 s)"}
    watched.beat("relay")
    assert (await http.get("/livez")).status_code == 200


def test_a_loop_that_never_beat_and_one_that_ended_rightly(watched: Health, ticks: Ticks) -> None:
    watched.expect("never", limit_s=5)
    watched.expect("ended", limit_s=5)
    watched.forget("ended")
    watched.beat("ended")
    ticks.now_s += 6
    assert set(watched.stuck()) == {"never"}


async def test_ready_names_every_check_that_fails_and_nothing_of_the_inside(
    watched: Health, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def good() -> None: ...

    async def lagging() -> str:
        return "61 s behind"

    async def broken() -> None:
        raise RuntimeError("password=hunter2")

    async def hanging() -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(health, "CHECK_TIMEOUT_S", 0.05)
    watched.check("database", good)
    assert (await http.get("/readyz")).json() == {"ok": True, "failing": {}}
    watched.check("bus", lagging)
    watched.check("keys", broken)
    watched.check("bank", hanging)
    answer = await http.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["failing"] == {
        "bus": "61 s behind",
        "keys": "RuntimeError",
        "bank": "no answer within 0 s",
    }


async def test_a_service_that_stops_is_alive_but_not_ready(
    watched: Health, http: httpx.AsyncClient
) -> None:
    watched.stop()
    assert (await http.get("/readyz")).json()["failing"] == {"service": "stopping"}
    assert (await http.get("/livez")).status_code == 200


async def watch_for(watched: Health, seconds: float) -> list[dict[str, str]]:
    ends: list[dict[str, str]] = []
    watching = asyncio.create_task(watch(watched, every_s=0.01, end=ends.append))
    await asyncio.sleep(seconds)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    return ends


async def test_the_watch_ends_a_process_whose_loop_is_stuck(watched: Health, ticks: Ticks) -> None:
    watched.expect("relay", limit_s=1)
    ticks.now_s += 2
    (failing,) = await watch_for(watched, 0.2)
    assert "relay" in failing


async def test_the_watch_leaves_a_living_process_alone(watched: Health) -> None:
    watched.expect("relay", limit_s=1)
    assert await watch_for(watched, 0.1) == []
    assert watched.stuck() == {}


async def test_one_bad_check_between_good_ones_ends_nothing(watched: Health, ticks: Ticks) -> None:
    watched.expect("relay", limit_s=1)
    ends: list[dict[str, str]] = []
    watching = asyncio.create_task(watch(watched, every_s=0.05, end=ends.append))
    for _ in range(3):
        ticks.now_s += 2
        await asyncio.sleep(0.06)
        watched.beat("relay")
        await asyncio.sleep(0.06)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert ends == []


async def test_the_watch_sees_an_event_loop_that_stands_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "EVENT_LOOP_LIMIT_S", 0.05)
    ends: list[dict[str, str]] = []
    watching = asyncio.create_task(watch(Health(), every_s=0.01, end=ends.append))
    await asyncio.sleep(0.03)
    time.sleep(0.3)  # noqa: ASYNC251  (standing still is the point)
    assert "event-loop" in ends[0]
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


def test_a_stuck_process_logs_why_and_exits_with_70() -> None:
    program = (
        "import asyncio, time\n"
        "from chassis import logs\n"
        "from chassis.web import health\n"
        "logs.configure('thing')\n"
        "health.EVENT_LOOP_LIMIT_S = 0.1\n"
        "async def main():\n"
        "    task = asyncio.create_task(health.watch(health.Health(), every_s=0.02))\n"
        "    await asyncio.sleep(0.1)\n"
        "    time.sleep(20)\n"
        "asyncio.run(main())\n"
    )
    root = Path(__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, timeout=15, check=False
    )
    assert ended.returncode == health.EXIT_CODE
    assert b"no progress: the process ends" in ended.stdout
    assert b"event-loop" in ended.stdout
