"""Play a story: start the machine, play the acts, check the record, gather the figures."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Generic

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from chassis.local_time import WITA
from tameng.demo import figures
from tameng.demo.acts import ACTS
from tameng.demo.cost import Meter
from tameng.demo.day import Day
from tameng.demo.figures import Figures, Line
from tameng.demo.roster import generate
from tameng.demo.stage import Act, S
from tameng.demo.stage import Progress as Shown
from tameng.machine import Described, Running
from tameng.offices import http_client, office_maker

SEED = 2025_10_22
BEGINS_AT = datetime(2025, 7, 1, 8, tzinfo=WITA)
ENROLLED_ON = date(2025, 7, 1)
START = "start"
PART_MAX = 0.99
"""An act is done when it ends, whatever its last step says."""
AUDIT = "audit"
WHOLE = "whole"
PLAYED = "played"


@dataclass(frozen=True)
class Story(Generic[S]):
    """What is played, and what is shown of it."""

    acts: Sequence[Act[S]]
    stage: Callable[..., S]
    """Takes `clock_file`, `folder`, `office`, `progress`, and what was prepared."""
    checked: Callable[[S, Described], Awaitable[Figures]]
    """Verifies the record and gathers the figures. Raises: Problem."""
    lines: Callable[[Figures], Sequence[Line]]
    tables: Callable[[Figures], Sequence[RenderableType]]
    papers: Callable[[Figures], Sequence[str]]
    """Where the papers lie, a line each."""
    prepared: Callable[[], Mapping[str, Any]] = dict
    """Made while the machine starts, in a process of its own: the start has a core to spare, and
    this one's interpreter has not."""

    @property
    def titles(self) -> Mapping[str, str]:
        """What people read of each act."""
        return {
            WHOLE: "The whole",
            PLAYED: "… with the start, until the last act ends and the proof begins",
            START: "Kafka, Postgres, Redis and the services start",
            **{act.name: act.title for act in self.acts},
            AUDIT: "The record is verified and replayed",
        }


@dataclass
class Bars:
    """A bar for each act."""

    shown: Progress
    titles: Mapping[str, str]
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
        self.task = self.shown.add_task(self.titles[name], total=None, now="")
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
    place: AbstractAsyncContextManager[Running], folder: Path, console: Console, story: Story[S]
) -> AsyncIterator[tuple[Running, dict[str, Any]]]:
    """Play the story on a machine that holds nothing yet, and put its papers into the folder.

    Gives the machine, still running, and the figures. Raises: Problem.
    """
    began = time.perf_counter()
    with bars(console) as shown:
        progress = Bars(shown, story.titles)
        async with AsyncExitStack() as stack:
            async with progress.act(START):
                with ProcessPoolExecutor(1, get_context("fork"), _aside) as aside:
                    preparing = asyncio.get_running_loop().run_in_executor(aside, story.prepared)
                    running = await stack.enter_async_context(place)
                    prepared = await preparing
            stage = on_stage(running, folder, progress, partial(story.stage, **prepared))
            found = await _play(running, stage, progress, story)
            whole = round(time.perf_counter() - began, 2)
            played = round(whole - progress.seconds[AUDIT], 2)
            found["seconds"] = {WHOLE: whole, PLAYED: played, **progress.seconds}
            shown.stop()
            yield running, found


def _aside() -> None:
    """A process beside this one: who interrupts speaks to this one only, and is heard once."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@asynccontextmanager
async def on_stage(
    running: Running, folder: Path, progress: Shown, stage: Callable[..., S]
) -> AsyncIterator[S]:
    """The story, ready to be played on a machine that is up."""
    async with http_client() as http:
        yield stage(
            clock_file=Path(running.described.clock_file or ""),
            folder=folder,
            office=office_maker(running.keys, running.urls, http),
            progress=progress,
        )


def day(**around: Any) -> Day:  # noqa: ANN401  (as `Story.stage` takes them)
    """The day in Kota Kupang."""
    return Day(rosters=generate(seed=SEED, on=ENROLLED_ON), **around)


DAY = Story(
    acts=ACTS,
    stage=day,
    checked=figures.checked,
    lines=figures.lines,
    tables=figures.tables,
    papers=figures.papers,
)
day_on = partial(on_stage, stage=day)


async def _play(
    running: Running, ready: AbstractAsyncContextManager[S], progress: Bars, story: Story[S]
) -> dict[str, Any]:
    meter = Meter(running)
    async with ready as stage, meter.watching():
        for act in story.acts:
            async with progress.act(act.name), meter.act(act.name):
                await act.play(stage)
        async with progress.act(AUDIT), meter.act(AUDIT):
            found = await story.checked(stage, running.described)
    found["stack"] = running.described.origins
    return found | meter.found()
