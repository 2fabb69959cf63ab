"""Seeded histories of the bus, driven by the code that decides in relay and consumer.

Crashes at every step, zombies, a lost tail, a lost partition, stale offsets, duplicates, strangers'
records, poison, and databases that are set back. Every history must end complete, in order and
applied once. A seed that fails is played again with `run(seed)`; `HISTORIES=20000` plays more.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields

import pytest

from chassis.bus import positions
from chassis.bus.rewinds import Gap, Gaps
from tests.simulation.history import run, run_all
from tests.simulation.parties import Protections

SEEDS = int(os.environ.get("HISTORIES", "8000"))
PROCESSES = 2
PORTION = 1_000


def test_every_history_ends_complete_in_order_and_applied_once() -> None:
    portions = [range(first, first + PORTION) for first in range(0, SEEDS, PORTION)]
    workers = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=workers) as pool:
        results = list(pool.map(run_all, portions))
    assert {seed: why for violations, *_ in results for seed, why in violations.items()} == {}
    restores = sum(restored for _, restored, _ in results)
    diverged = sum(stopped for *_, stopped in results)
    assert restores > diverged > SEEDS / 10  # some restores lose nothing that was sent


def first_violation(seeds: Iterable[int], protections: Protections) -> str | None:
    """What the checkers say of the first history that fails."""
    return next(filter(None, (run(seed, protections).violated for seed in seeds)), None)


VIOLATIONS = {
    "asks_for_missing": "not in order",
    "looks_again": "not in order",
    "holds_offsets": "offsets past",
    "parks_by_key": "overtook",
    "checks_highest": "sent as two events",
}


@pytest.mark.parametrize("off", [field.name for field in fields(Protections)])
def test_without_one_of_its_protections_some_histories_do_not(off: str) -> None:
    violation = first_violation(range(SEEDS), Protections(**{off: False}))
    assert violation is not None
    assert VIOLATIONS[off] in violation


def forgets_the_highest(
    gaps: Gaps, *, reached: Mapping[object, int], highest: Mapping[object, int]
) -> None:
    """Judges each poll by itself."""
    open_now = {s: n for s, n in highest.items() if n > reached.get(s, 0)}
    gaps.open = {s: Gap(reached.get(s, 0) + 1, n) for s, n in open_now.items()}  # type: ignore[misc]


DECISIONS: dict[str, tuple[object, str, Callable[..., object], str]] = {
    "the log must hold what was sent": (positions, "_check_holds", lambda *_: None, ""),
    "a hole is open until the highest number seen": (
        Gaps, "after_poll", forgets_the_highest, "offsets past",
    ),
    "the partition must hold what was sent": (
        positions, "check_sent", lambda *_: None, "not in order",
    ),
}  # fmt: skip
RARE = {"the partition must hold what was sent": 111_900}
"""A seed from which on one is found soon."""


@pytest.mark.parametrize("decision", DECISIONS)
def test_each_decision_is_needed(decision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, name, without, expected = DECISIONS[decision]
    monkeypatch.setattr(owner, name, without)
    first = RARE.get(decision, 0)
    violation = first_violation(range(first, first + SEEDS), Protections())
    assert violation is not None
    assert expected in violation
