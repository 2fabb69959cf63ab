"""Play the demonstration: start the machine, play the acts, check the record, show the figures."""

import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from chassis.local_time import WITA
from tameng.demo import figures
from tameng.demo.acts import ACTS
from tameng.demo.day import Day
from tameng.demo.day import Progress as Shown
from tameng.demo.roster import generate
from tameng.environment import SERVICES
from tameng.machine import Running
from tameng.offices import REQUEST_TIMEOUT_S, office_maker

SEED = 2025_10_22
BEGINS_AT = datetime(2025, 7, 1, 8, tzinfo=WITA)
ENROLLED_ON = date(2025, 7, 1)
START = "start"
PART_MAX = 0.99
"""An act is done when it ends, whatever its last step says."""
AUDIT = "audit"
TITLES = {
    START: "Kafka, Postgres, Redis and the services start",
    **{act.name: act.title for act in ACTS},
    AUDIT: "The record is verified and replayed",
}


@dataclass
class Bars:
    """A bar for each act."""

    shown: Progress
    task: TaskID | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def tell(self, words: str, *, part: float | None = None) -> None:
        """Show how far the current act is."""
        if self.task is not None:
            moved = {} if part is None else {"completed": min(part, PART_MAX), "total": 1.0}
            self.shown.update(self.task, now=words, **moved)  # type: ignore[arg-type]

    @asynccontextmanager
    async def act(self, name: str) -> AsyncIterator[None]:
        """Show and time one act."""
        self.task = self.shown.add_task(TITLES[name], total=None, now="")
        began = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - began, 2)
        self.shown.update(self.task, total=1.0, completed=1.0, now="done")


def bars(console: Console) -> Progress:
    """The progress of the acts on a terminal; in a pipe only the last state is written."""
    return Progress(
        SpinnerColumn(finished_text="[green]✓"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("[dim]{task.fields[now]}"),
        TimeElapsedColumn(),
        console=console,
    )


@asynccontextmanager
async def played(
    day: AbstractAsyncContextManager[Running], folder: Path, console: Console
) -> AsyncIterator[tuple[Running, dict[str, Any]]]:
    """Play the day on a machine that holds nothing yet, and put its papers into the folder.

    Gives the machine, still running, and the figures. Raises: Problem.
    """
    began = time.perf_counter()
    with bars(console) as shown:
        progress = Bars(shown)
        async with AsyncExitStack() as stack:
            async with progress.act(START):
                running = await stack.enter_async_context(day)
            found = await _play(running, folder, progress)
            found["seconds"] = {"whole": round(time.perf_counter() - began, 2), **progress.seconds}
            shown.stop()
            yield running, found


@asynccontextmanager
async def day_on(running: Running, folder: Path, progress: Shown) -> AsyncIterator[Day]:
    """The day, ready to be played on a machine that is up."""
    async with httpx.AsyncClient(timeout=REQUEST_TIMEOUT_S) as http:
        yield Day(
            clock_file=Path(running.described.clock_file or ""),
            folder=folder,
            rosters=generate(seed=SEED, on=ENROLLED_ON),
            office=office_maker(running.keys, running.urls, http),
            progress=progress,
        )


async def _play(running: Running, folder: Path, progress: Bars) -> dict[str, Any]:
    async with day_on(running, folder, progress) as day:
        for act in ACTS:
            async with progress.act(act.name):
                await act.play(day)
        async with progress.act(AUDIT):
            found = await figures.checked(day, running.described)
    found["stack"] = running.described.origins
    found["memory_mb"] = memory_mb(running)
    return found


def memory_mb(running: Running) -> dict[str, int]:
    """The proportional set size of each service that runs here, in MB, and of all together."""
    sizes = {
        name: round(psutil.Process(running.pids[name]).memory_full_info().pss / 1_000_000)
        for name in SERVICES
        if name in running.pids
    }
    return {**sizes, "services": sum(sizes.values())}
