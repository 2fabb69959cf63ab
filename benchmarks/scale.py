"""How cost grows with workers: the whole province played at three sizes, and what one more costs.

Each size is `tameng demo --full --workers N` on a machine of its own, all its figures right. The
slope is what a thousand workers more cost from the smallest size to the largest. Seconds of the
clock are those of a machine that others may use; seconds of processor are not, so both are kept,
with the load average.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from benchmarks.sizes import bytes_kept
from tameng.demo import play
from tameng.demo.figures import Figures
from tameng.demo.province.costs import processor_s, rates
from tameng.demo.province.telling import story
from tameng.machine import machine
from tameng.problems import Problem

SIZES = (10_000, 30_000, 100_000)
THOUSAND = 1_000
PARTS = {"enroll": "taking in", "billing": "billing", "paying": "paying", "claims": "claims",
         "replay": "replay", "verify": "verify"}  # fmt: skip


async def measure() -> dict[str, float]:
    """The three sizes, and the slopes between the first and the last."""
    by_size = {workers: await of_size(workers) for workers in SIZES}
    return told(by_size)


def told(by_size: dict[int, dict[str, float]]) -> dict[str, float]:
    """Every figure with its size behind it; then what a thousand workers more cost."""
    first, last = min(by_size), max(by_size)
    named = {
        f"{name} at {workers // THOUSAND}k": value
        for workers, figures in by_size.items()
        for name, value in figures.items()
    }
    between = (last - first) / THOUSAND
    slopes = {
        f"{name} per 1,000 workers": (by_size[last][name] - by_size[first][name]) / between
        for name in by_size[last]
        if last > first and "/" not in name
    }
    most = max(figures["rss MB max"] for figures in by_size.values())
    return {**named, **slopes, "rss MB max": most}


async def of_size(workers: int) -> dict[str, float]:
    """One size, played. Raises: Problem, when a figure is not what it must be."""
    told = story(workers)
    with TemporaryDirectory(prefix="tameng-scale-") as folder:
        place = machine(state=Path(folder), fresh=True, say=_on_stderr, begins_at=play.BEGINS_AT)
        console = Console(stderr=True)
        async with play.played(place, Path(folder), console, told) as (running, found):
            wrong = [line.words for line in told.lines(found) if not line.agrees]
            if wrong or found["differences"]:
                raise Problem(f"{workers} workers: {', '.join(wrong)} differ: nothing was measured")
            kept = await bytes_kept(running.described, Path(folder))
    return _flat(found) | {name: round(size / workers) for name, size in kept.items()}


def _flat(found: Figures) -> dict[str, float]:
    """The figures of one size under short names."""
    spent, second = found["parts_s"], rates(found)
    memory = found["memory_mb_max"]
    return {
        "workers/s": round(second["workers, from the file to the account"]),
        "claims/s": second["claims, from the counter to the money"],
        "replay events/s": round(second["events rebuilt"]),
        "verify events/s": round(second["events verified"]),
        "events": found["events"],
        "seconds": found["seconds"]["whole"],
        "seconds until the proof": found["seconds"]["played"],
        **{f"{words} s": spent[part] for part, words in PARTS.items()},
        **{f"cpu s, {name}": round(s, 1) for name, s in processor_s(found).items()},
        "load average": max(found["load_average"].values()),
        "services MB": memory["services"],
        **{f"{name} MB": mb for name, mb in memory.items() if name != "services"},
        "rss MB max": found["rss_mb_max"],
    }


def _on_stderr(line: str) -> None:
    sys.stderr.write(f"{line}\n")
