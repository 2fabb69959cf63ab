"""Figures read from the tables: seldom, and one that fails hides no other."""

import pytest
from prometheus_client import generate_latest

from chassis import gauges
from chassis.gauges import Figure, Values, Watch, Watches
from chassis.metrics import Metrics


class Looks:
    """Answers what it is told to, and counts."""

    def __init__(self) -> None:
        self.answers: list[Values | Exception] = []

    async def __call__(self, running: object) -> Values:
        assert running == "the service"
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_a_look_is_taken_when_it_is_due_and_its_failure_leaves_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s = 1000.0
    monkeypatch.setattr(gauges, "monotonic_s", lambda: now_s)
    bad, good, metrics = Looks(), Looks(), Metrics()
    watches = Watches(
        metrics,
        "the service",
        (
            Watch("bad", (Figure("broken", "x"),), bad, every_s=10),
            Watch(
                "good", (Figure("open_claims", "x", "left"), Figure("age", "x")), good, every_s=60
            ),
        ),
    )
    bad.answers = [{"broken": 5}, ValueError("a query"), {"broken": 7}]
    good.answers = [{"open_claims": {"late": 1, "24h": 2}, "age": 3.5}, {"open_claims": {"24h": 9}}]

    async def shown() -> str:
        await watches.refresh()
        lines = generate_latest(metrics.registry).decode().splitlines(keepends=True)
        # Python tells of itself meanwhile: its memory, its collector.
        return "".join(each for each in lines if not each.startswith(("process_", "python_")))

    first = await shown()
    assert 'open_claims{left="late"} 1.0' in first
    assert ("\nage 3.5" in first, "\nbroken 5.0" in first) == (True, True)
    assert await shown() == await shown(), "nobody looked again"
    now_s += 10
    assert "\nbroken 5.0" in await shown(), "the failed look left it as it was"
    now_s += 50
    last = await shown()
    assert ("\nbroken 7.0" in last, 'open_claims{left="24h"} 9.0' in last) == (True, True)
    assert 'left="late"' not in last, "what is told no more is gone"
    assert bad.answers == good.answers == []
