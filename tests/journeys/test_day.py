"""The day in Kota Kupang with everything killed once, at a moment that the day itself names."""

import os
import signal
from pathlib import Path

import pytest

from tameng.demo import figures, play
from tameng.demo.acts import ACTS
from tameng.machine import Running, machine


class Killer:
    """Shows no progress, and kills a process without a word when an act first tells of its own."""

    def __init__(self, running: Running, victims: dict[str, tuple[str, ...]]) -> None:
        self._running = running
        self._victims = victims
        self.act = ""
        self.killed: list[str] = []

    def tell(self, words: str, *, part: float | None = None) -> None:
        assert words
        assert part is None or part >= 0
        for name in self._victims.pop(self.act, ()):
            os.kill(self._running.pids[name], signal.SIGKILL)
            self.killed.append(name)


VICTIMS: dict[str, tuple[str, ...]] = {
    "enrollment": ("enrollment",),
    "accounts": ("banking",),
    "july-august": ("Kafka", "audit"),
    "september-october": ("Postgres",),
    "claims": ("claims", "rail"),
}


async def test_the_day_ends_with_its_figures_whoever_is_killed(tmp_path: Path) -> None:
    said: list[str] = []
    async with machine(
        state=tmp_path / "state", fresh=True, say=said.append, begins_at=play.BEGINS_AT
    ) as running:
        killer = Killer(running, dict(VICTIMS))
        async with play.day_on(running, tmp_path, killer) as day:
            for act in ACTS:
                killer.act = act.name
                await act.play(day)
            found = await figures.checked(day, running.described)
    assert sorted(killer.killed) == sorted(name for names in VICTIMS.values() for name in names)
    assert len([line for line in said if "started again" in line]) >= len(killer.killed)
    assert found["differences"] == []
    assert [line for line in figures.lines(found) if not line.agrees] == []
    assert found["rows_refused"] == day.rosters.refused_expected


@pytest.mark.parametrize("line", ["claims_paid_full", "accounts_opened", "committed"])
def test_a_figure_that_differs_is_told(line: str) -> None:
    same = {
        "workers_enrolled": 2_525, "workers_enrolled_oebobo": 377, "accounts_opened": 1_400,
        "rosters_approved": 2, "maker_refused": True, "filer_refused": True,
        "accounts_deferred": 1_125, "memberships_active": 2_525, "cards_delivered": 2_525,
        "months_paid": 10_090, "contributions_paid": 169_512_000, "committed": 254_251_200,
        "claims_paid_full": 2, "claims_paid": 3, "amount_paid": 94_000_000, "events": 10,
        "ledger": {"balanced": True}, "audit": {"events": 10, "verified": True, "apart": True},
        "replay": {"claims": {"same": True}}, "reconciled": {"all": True},
        "what_if": {"holds": True, "differing": [1, 2], "difference": -64_000_000},
    }  # fmt: skip
    assert all(each.agrees for each in figures.lines(same))
    assert not all(each.agrees for each in figures.lines({**same, line: 1}))
