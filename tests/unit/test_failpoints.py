"""Named moments at which a process fails when it is told to."""

import asyncio

import pytest

from chassis import failpoints
from chassis.bus import stopping
from chassis.bus.stopping import stopped
from chassis.failpoints import FailpointReached, armed_by, failpoint


async def test_a_failpoint_that_nobody_armed_is_nothing() -> None:
    assert armed_by({}) == armed_by({"FAILPOINTS": " "}) == {}
    await failpoint("nowhere")


async def test_the_environment_arms_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    armed = armed_by({"FAILPOINTS": "a.b:raise c.d:delay:0.01 e.f:kill"})
    assert set(armed) == {"a.b", "c.d", "e.f"}
    monkeypatch.setattr(failpoints, "ARMED", armed)
    with pytest.raises(FailpointReached, match=r"a\.b"):
        await failpoint("a.b")
    async with asyncio.timeout(5):
        await failpoint("c.d")


@pytest.mark.parametrize("asked", ["a.b", "a.b:explode", "a.b:delay:soon"])
def test_an_action_that_does_not_exist_is_refused(asked: str) -> None:
    with pytest.raises(ValueError, match=r"soon|FAILPOINTS"):
        armed_by({"FAILPOINTS": asked})


async def test_a_client_that_is_stopped_does_not_stop_who_stops_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def cancelled_inside() -> None:
        raise asyncio.CancelledError

    async def fails() -> None:
        raise OSError

    assert await stopped(asyncio.sleep(0))
    assert await stopped(cancelled_inside())
    assert await stopped(fails())
    monkeypatch.setattr(stopping, "STOP_TIMEOUT_S", 0.01)
    assert not await stopped(asyncio.sleep(60))


async def test_who_stops_a_client_can_still_be_cancelled() -> None:
    stops = asyncio.create_task(stopped(asyncio.sleep(60)))
    await asyncio.sleep(0)
    stops.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stops
