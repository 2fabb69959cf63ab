"""How the services stand on the bus, as tables."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from tameng.drain import LISTENS_TO, heads, owner_of

Statuses = Mapping[str, Mapping[str, Any]]


def tables(found: Statuses) -> Iterator[Table]:
    """One table a service: its own log by shard, and how far it has applied the others."""
    for name, status in found.items():
        yield _table(name, status, found)


def _table(name: str, status: Mapping[str, Any], found: Statuses) -> Table:
    closed = f" [red]closed: {status['closed']}[/]" if status["closed"] else ""
    table = Table(title=f"{name}{closed}", title_justify="left")
    table.add_column("shard", justify="right")
    table.add_column("head", justify="right")
    table.add_column("sent", justify="right")
    for owner in LISTENS_TO[name]:
        table.add_column(f"{owner}: applied", justify="right")
        table.add_column("lag", justify="right")
    table.add_column("gaps", justify="right")
    table.add_column("parked", justify="right")
    streams = {(owner_of(row["topic"]), row["shard"]): row for row in status["streams"]}
    for row in status["log"]:
        table.add_row(*_cells(name, row, streams, found))
    return table


def _cells(
    name: str,
    row: Mapping[str, int],
    streams: Mapping[tuple[str, int], Mapping[str, Any]],
    found: Statuses,
) -> Iterator[str]:
    shard = row["shard"]
    yield from (str(shard), f"{row['head']:,}", f"{row['sent']:,}")
    read = [streams.get((owner, shard)) for owner in LISTENS_TO[name]]
    for owner, stream in zip(LISTENS_TO[name], read, strict=True):
        applied = stream["watermark"] if stream else 0
        yield f"{applied:,}"
        lag = heads(found[owner]).get(shard, 0) - applied if owner in found else None
        yield "?" if lag is None else f"{lag:,}"
    yield str(sum(bool(stream and stream["gap"]) for stream in read))
    yield str(sum(stream["parked"] if stream else 0 for stream in read))
