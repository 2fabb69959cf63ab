"""Is the record complete: logged = published = archived = applied by each reader?"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from chassis import archive
from chassis.bus.topics import Topics
from tameng import checks, drain
from tameng.drain import LISTENS_TO, Statuses
from tameng.machine import Described
from tameng.offices import Office, http_client
from tameng.where import STATE, State, describe

PATIENCE_S = 15.0
"""What is on its way is no loss: it is looked at again for so long."""
POLL_S = 0.5
SHARD = "  shard "
READERS = tuple(reader for reader in LISTENS_TO if reader != "audit")
"""Audit archives what it reads, which is a column of its own."""
console = Console()


@dataclass(frozen=True)
class Row:
    """One shard of a service's events: up to which number it came where."""

    owner: str
    shard: int
    logged: int
    published: int
    archived: int
    applied: Mapping[str, int]
    """By each service that listens to it."""
    parked: int

    @property
    def is_complete(self) -> bool:
        """Whether all is everywhere."""
        return {self.logged} == {self.published, self.archived, *self.applied.values()}


def completeness(
    state: State = STATE,
    *,
    content: Annotated[
        bool,
        typer.Option("--content", help="Compare each log with the archive byte by byte, too."),
    ] = False,
) -> None:
    """Show for each service whether its events are complete: logged, published, archived, and
    applied by each service that listens; then every shard that is not.

    Exit 1 when something is missing, or with --content when a byte differs. Changes nothing.
    """
    machine = describe(state)
    rows = asyncio.run(looked_at(machine))
    console.print(table(rows))
    complete = all(row.is_complete for row in rows)
    console.print("complete" if complete else "[red]NOT complete[/]", highlight=False)
    same = not content or asyncio.run(_same_content(machine))
    raise typer.Exit(0 if complete and same else 1)


def rows(found: Statuses, archived: Mapping[str, Mapping[int, int]]) -> list[Row]:
    """Every shard of every service, of what each said of itself and what the archive holds."""
    applied = {
        (reader, drain.owner_of(row["topic"]), row["shard"]): row
        for reader, status in found.items()
        for row in status["streams"]
    }
    return [
        Row(
            owner=owner,
            shard=shard["shard"],
            logged=shard["head"],
            published=shard["sent"],
            archived=archived[owner].get(shard["shard"], 0),
            applied={
                reader: applied.get((reader, owner, shard["shard"]), {"watermark": 0})["watermark"]
                for reader in _readers(owner)
            },
            parked=sum(
                applied.get((reader, owner, shard["shard"]), {"parked": 0})["parked"]
                for reader in _readers(owner)
            ),
        )
        for owner, status in found.items()
        for shard in status["log"]
    ]


def table(found: Sequence[Row]) -> Table:
    """A line a service, and below it one for each of its shards that is not complete."""
    made = Table(
        title="Is the record complete?", title_justify="left", box=SIMPLE_HEAD, pad_edge=False
    )
    made.padding, made.collapse_padding = (0, 1), True
    made.caption, made.caption_justify = f"{', '.join(READERS)}: applied by these", "left"
    columns, *cells = lines(found)
    for name in columns:
        made.add_column(name, justify="left" if name == columns[0] else "right", no_wrap=True)
    for line in cells:
        made.add_row(*line, style="red" if line[0].startswith(SHARD) else None)
    return made


def lines(found: Sequence[Row]) -> list[tuple[str, ...]]:
    """The names of the columns, and below them the lines of the table."""
    made = [("events of", "logged", "published", "archived", *READERS, "parked")]
    for owner in LISTENS_TO:
        own = [row for row in found if row.owner == owner]
        made.append((owner, *_cells(own, owner)))
        made += [
            (f"{SHARD}{row.shard}", *_cells([row], owner)) for row in own if not row.is_complete
        ]
    return made


def _cells(found: Sequence[Row], owner: str) -> Iterator[str]:
    for name in ("logged", "published", "archived"):
        yield f"{sum(getattr(row, name) for row in found):,}"
    for reader in READERS:
        listens = reader in _readers(owner)
        yield f"{sum(row.applied[reader] for row in found):,}" if listens else ""
    yield f"{sum(row.parked for row in found):,}"


def _readers(owner: str) -> list[str]:
    """Who applies its events."""
    return [reader for reader in READERS if owner in LISTENS_TO[reader]]


async def looked_at(machine: Described) -> list[Row]:
    """As it stands once nothing moves any more, or when patience ends. Raises: Problem."""
    async with http_client() as http:
        admin = Office("operator", "admin", "53", machine.keys, machine.urls, http)
        return await of(machine, admin)


async def of(machine: Described, admin: Office) -> list[Row]:
    """The same, as this office sees it."""
    folder = Path(machine.environments["audit"]["AUDIT_ARCHIVE_FOLDER"])
    topics = Topics(machine.topic_prefix)
    gives_up_at = asyncio.get_running_loop().time() + PATIENCE_S
    while True:
        statuses = await drain.statuses(admin)
        archived = {
            owner: await asyncio.to_thread(archive.heads, folder, topics.of(owner))
            for owner in LISTENS_TO
        }
        found = rows(statuses, archived)
        late = asyncio.get_running_loop().time() > gives_up_at
        if late or all(row.is_complete for row in found):
            return found
        await asyncio.sleep(POLL_S)


async def _same_content(machine: Described) -> bool:
    """Whether each log is what the archive holds of it; a line each."""
    same = True
    for service in LISTENS_TO:
        checked = await checks.log_compared(machine, service)
        told = f"{checked.answer['events']:,} events are in log and archive byte for byte"
        if not checked.passed:
            first = checked.answer["first"]
            told = f"shard {first['shard']} number {first['seq']} DIFFERS: {first['what']}"
        console.print(f"{service}: {told}", style=None if checked.passed else "red")
        same = same and checked.passed
    return same
