"""The province as a story to be played."""

from functools import partial
from typing import Any, Final

from tameng.demo.play import ENROLLED_ON, SEED, Story
from tameng.demo.province import acts, figures
from tameng.demo.province.rolls import generate
from tameng.demo.province.story import Province

WORKERS: Final = 100_000
WORKERS_MIN: Final = 2_000
"""With fewer, one whole package is more than all contributions bring."""


def story(workers: int) -> Story[Province]:
    """Four months of a programme for so many workers. The offices write their rosters while the
    machine starts."""
    return Story(
        acts=acts.ACTS,
        stage=Province,
        checked=figures.checked,
        lines=figures.lines,
        tables=figures.tables,
        papers=lambda _figures: [],
        prepared=partial(_prepared, workers),
    )


def _prepared(workers: int) -> dict[str, Any]:
    return {"rolls": generate(workers, seed=SEED, on=ENROLLED_ON)}
