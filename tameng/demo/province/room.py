"""Whether the machine has room for a province: said before anything is started."""

import shutil
from pathlib import Path

import psutil

from tameng.problems import Problem

GB = 1_000_000_000
DISK_BASE, DISK_PER_WORKER = 2 * GB, 60_000
MEMORY_BASE, MEMORY_PER_WORKER = 3 * GB, 10_000
"""Bytes, measured and rounded up: docs/scale.md."""


def check_room(state: Path, workers: int) -> None:
    """Raises: Problem, when disk or memory would not last."""
    folder = next(each for each in (state.absolute(), *state.absolute().parents) if each.exists())
    free = shutil.disk_usage(folder).free
    needed = DISK_BASE + DISK_PER_WORKER * workers
    if free < needed:
        raise Problem(
            f"{workers:,} workers need {needed / GB:.1f} GB in {folder}, {free / GB:.1f} GB are "
            "free: make room, choose another folder with --state, or fewer --workers"
        )
    available = psutil.virtual_memory().available
    needed = MEMORY_BASE + MEMORY_PER_WORKER * workers
    if available < needed:
        raise Problem(
            f"{workers:,} workers need {needed / GB:.1f} GB of memory, {available / GB:.1f} GB are "
            "available: stop other programs, or choose fewer --workers"
        )
