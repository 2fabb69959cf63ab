"""What is done for later waits while much is archived, but not for ever."""

from types import SimpleNamespace

import pytest

from chassis.bus.admission import Stream
from services.audit import jobs

STREAM = Stream("claims.events", 3)


async def test_later_work_waits_while_much_is_archived_and_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s, marks, done = 1_000.0, {STREAM: 5_000_000}, list[float]()
    monkeypatch.setattr(jobs, "monotonic_s", lambda: now_s)

    async def compress() -> bool:
        done.append(now_s)
        return True

    archive = SimpleNamespace(watermarks=lambda: marks)
    step = jobs._in_quiet(archive, compress)  # type: ignore[arg-type]
    for seconds, archived, is_done in [
        (10, 0, True),
        (10, jobs.BUSY_EVENTS_A_SECOND * 10, True),
        (10, jobs.BUSY_EVENTS_A_SECOND * 10 + 1, False),
        (10, 1_000_000, False),
        (10, 0, True),
        (10, 1_000_000, False),
        (jobs.PUT_OFF_S - 11, 10_000_000, False),
        (1, 1_000_000, True),
        (10, 1_000_000, False),
    ]:
        now_s, marks = now_s + seconds, {STREAM: marks[STREAM] + archived}
        more = await step()
        assert (more, done[-1:] == [now_s]) == (is_done, is_done), (seconds, archived)
