"""The bars of a replay: one a service."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tameng.checks import Told


@contextmanager
def replaying(console: Console, names: Sequence[str]) -> Iterator[Mapping[str, Told]]:
    """A bar for each of these services: what moves it, by name. Gone when the work is done."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TextColumn("[dim]events"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as shown:
        yield {name: _bar(shown, name) for name in names}


def _bar(shown: Progress, name: str) -> Told:
    task = shown.add_task(name, total=None, start=False)

    def told(done: int, of: int) -> None:
        shown.start_task(task)
        shown.update(task, completed=done, total=of)

    return told
