"""`tameng trace`: the story of an event, or of a person, a claim, a payout, as a tree of causes."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from chassis.local_time import WITA
from contracts.catalogue import EVENTS
from tameng.drain import owner_of
from tameng.machine import PROGRAMME_AREA
from tameng.offices import Office, http_client
from tameng.problems import Problem
from tameng.where import STATE, State, describe

ALIKE_MAX = 3
"""Of the events of one type under one cause so many are shown: a roster leads to thousands."""
REASON = "tameng trace"


@dataclass(frozen=True)
class Told:
    """One event of the story."""

    event_id: str
    causation_id: str
    at: datetime
    owner: str
    type: str
    key: str
    officers: str
    amount: int | None


def trace(
    subject: Annotated[
        UUID,
        typer.Argument(help="An event; or a worker, claim, account, invoice, payout, programme."),
    ],
    state: State = STATE,
    steps: Annotated[int, typer.Option(min=1, max=100, help="How far from the event.")] = 20,
) -> None:
    """Print the story of an event across the services: what led to it, up to the command, and all
    that it led to. Of a person or a thing: everything that ever concerned it.

    The record is asked, as an auditor would; that it was asked is on record too.
    """
    told, is_cut = asyncio.run(_ask(state, subject, steps))
    console = Console()
    for tree in trees(told, str(subject)):
        console.print(tree)
    cut = "; only the first thousand: ask for fewer --steps" if is_cut else ""
    console.print(f"{len(told):,} events{cut}", style="dim", highlight=False)


async def _ask(state: Path, subject: UUID, steps: int) -> tuple[list[Told], bool]:
    machine = describe(state)
    async with http_client() as http:
        auditor = Office("operator", "auditor", PROGRAMME_AREA, machine.keys, machine.urls, http)
        answer = await auditor.get(
            "audit", "/questions/story", event=str(subject), steps=str(steps), reason=REASON
        )
        if not answer["rows"]:
            answer = await auditor.get(
                "audit", "/questions/timeline", subject=str(subject), reason=REASON
            )
    if not answer["rows"]:
        raise Problem(f"the record knows nothing of {subject}: is it archived yet? see the lag")
    names = [column["name"] for column in answer["columns"]]
    rows = [dict(zip(names, row, strict=True)) for row in answer["rows"]]
    return [_told(row) for row in rows], answer["is_cut"]


def _told(row: Mapping[str, Any]) -> Told:
    return Told(
        event_id=row["event_id"],
        causation_id=row["causation_id"],
        at=datetime.fromisoformat(row["occurred_at"]).astimezone(WITA),
        owner=owner_of(row["topic"]),
        type=row["type"],
        key=row["key"],
        officers=row["officers"] or "",
        amount=None if row["amount"] is None else int(row["amount"]),
    )


def trees(told: Sequence[Told], subject: str) -> Iterator[Tree]:
    """A tree for each cause that is no event itself, the first in time at the head."""
    ids = {each.event_id for each in told}
    under: dict[str, list[Told]] = {}
    for each in sorted(told, key=lambda one: one.at):
        under.setdefault(each.causation_id, []).append(each)
    way = _way_to(told, subject)
    for cause, effects in under.items():
        if cause not in ids:
            root = Tree(Text(f"command {cause}", style="dim"), guide_style="dim")
            _grow(root, effects, under, way=way, since=effects[0].at)
            yield root


def _grow(
    tree: Tree,
    effects: Sequence[Told],
    under: Mapping[str, Sequence[Told]],
    *,
    way: Sequence[str],
    since: datetime,
) -> None:
    seen: Counter[str] = Counter()
    for each in effects:
        seen[each.type] += 1
        if seen[each.type] <= ALIKE_MAX or each.event_id in way:
            branch = tree.add(_line(each, since, is_asked=each.event_id in way[:1]))
            _grow(branch, under.get(each.event_id, ()), under, way=way, since=since)
    for kind, number in seen.items():
        if number > ALIKE_MAX:
            tree.add(Text(f"… {number:,} of {kind} in all", style="dim"))


def _line(each: Told, since: datetime, *, is_asked: bool) -> Text:
    """When, how long after the beginning, whose, what; below it what that is, and the ids."""
    line = Text()
    line.append(f"{each.at:%Y-%m-%d %H:%M:%S} ", style="dim")
    line.append(f"{_elapsed((each.at - since).total_seconds())}  ", style="cyan")
    line.append(f"{each.owner} ", style="green")
    name = each.type.partition(".")[2].rpartition(".v")[0]
    line.append(name, style="bold reverse" if is_asked else "bold")
    if each.amount is not None:
        line.append(f"  Rp{each.amount:,}")
    if each.officers:
        line.append(f"  by {each.officers}")
    if each.type in EVENTS:
        words = (EVENTS[each.type].__doc__ or "").partition("\n")[0]
        line.append(f"\n{words}", style="italic dim")
    line.append(f"\nevent {each.event_id}", style="dim")
    line.append(f"\nkey   {each.key}", style="dim")
    return line


def _elapsed(seconds: float) -> str:
    for limit, size, unit in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"+{seconds / size:.0f} {unit}"
    return f"+{seconds / 86_400:.0f} d"


def _way_to(told: Sequence[Told], subject: str) -> list[str]:
    """The event that was asked for and those that led to it: they are always shown."""
    cause_of = {each.event_id: each.causation_id for each in told}
    way, at = [], subject
    while at in cause_of and at not in way:
        way.append(at)
        at = cause_of[at]
    return way
