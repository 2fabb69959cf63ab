"""The province as a story to be played."""

from functools import partial
from typing import Final

from tameng.demo.play import ENROLLED_ON, SEED, Story
from tameng.demo.province import acts, figures
from tameng.demo.province.story import Province

WORKERS: Final = 100_000
WORKERS_MIN: Final = 2_000
"""With fewer, one whole package is more than all contributions bring."""


def story(workers: int) -> Story[Province]:
    """Four months of a programme for so many workers."""
    return Story(
        acts=acts.ACTS,
        stage=partial(Province, workers=workers, seed=SEED, on=ENROLLED_ON),
        checked=figures.checked,
        lines=figures.lines,
        tables=figures.tables,
        papers=lambda _figures: [],
    )
