"""`tameng roster send`, `show`, `report`, `approve`, `reject`: on the machine that runs here."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from chassis.ids import new_id
from tameng import intake
from tameng.offices import Answer, Office, http_client, office_maker
from tameng.where import STATE, State, describe

PROVINCE = "53"
MAKER, CHECKER = "a district officer", "a checker of the province"
console = Console()
progress_console = Console(stderr=True)

Id = Annotated[str, typer.Argument(help="The roster's id, as `send` printed it.", metavar="ID")]
Name = Annotated[str, typer.Option(help="Who does it; stands on the record.")]
Tell = Callable[[str, float], None]
Offices = Callable[[str, str, str], Office]
T = TypeVar("T")


def add_to(commands: typer.Typer) -> None:
    """Add these commands to those that need no server."""
    for command in (send, show, report, approve, reject):
        commands.command()(command)


def send(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE")],
    programme: Annotated[str, typer.Option(help="The programme's id.", metavar="ID")],
    area: Annotated[str, typer.Option(help="The region whose people are in it.")],
    name: Name = MAKER,
    state: State = STATE,
) -> None:
    """Send a roster and wait until every row has its verdict; nobody becomes a member by it.

    The same file again is the same roster. Example: `tameng roster send kupang.csv --programme ID
    --area 53.71`
    """
    content = file.read_bytes()

    async def sent(offices: Offices, tell: Tell) -> Answer:
        where = intake.Checking(programme, area, tell)
        key = sha256(content).hexdigest()
        return await intake.send(offices(name, "district", area), content, where, key=key)

    standing = _run(state, sent)
    console.print(_told(standing))
    _say(f"roster {standing['roster_id']}")
    if standing["refused"] or standing["warned"]:
        _say(f"rows with findings: tameng roster report {standing['roster_id']}")
    _say(f"another person decides: tameng roster approve {standing['roster_id']}")


def show(roster: Id, state: State = STATE) -> None:
    """Show how a roster stands."""

    async def shown(offices: Offices, _tell: Tell) -> Answer:
        return await offices(CHECKER, "checker", PROVINCE).get("enrollment", f"/rosters/{roster}")

    console.print(_told(_run(state, shown)))


def report(
    roster: Id,
    output: Annotated[
        Path | None, typer.Option(help="Where it goes.", show_default="roster-ID.csv")
    ] = None,
    state: State = STATE,
) -> None:
    """Fetch the rows that were refused or warned about: your own columns, then why.

    Correct the rows in it and send the file as it is.
    """
    target = output or Path(f"roster-{roster}.csv")

    async def fetched(offices: Offices, _tell: Tell) -> bytes:
        office = offices(CHECKER, "checker", PROVINCE)
        return await office.download("enrollment", f"/rosters/{roster}/report", severity="all")

    target.write_bytes(_run(state, fetched))
    _say(f"Report: {target}")


def approve(
    roster: Id,
    leave_out: Annotated[
        list[int] | None, typer.Option(help="The number of a row with a warning; as often as need.")
    ] = None,
    name: Name = CHECKER,
    state: State = STATE,
) -> None:
    """Let the fit rows become members, and wait until they are. Not by whoever sent it."""

    async def approved(offices: Offices, tell: Tell) -> Answer:
        where = intake.Checking("", PROVINCE, tell)
        return await intake.approve(
            offices(name, "checker", PROVINCE), roster, where, leave_out=leave_out or ()
        )

    console.print(_told(_run(state, approved)))


def reject(
    roster: Id,
    reason: Annotated[str, typer.Option(help="Why it goes back.")],
    name: Name = CHECKER,
    state: State = STATE,
) -> None:
    """Send a roster back as a whole. Not by whoever sent it."""

    async def rejected(offices: Offices, _tell: Tell) -> Answer:
        office = offices(name, "checker", PROVINCE)
        path = f"/rosters/{roster}"
        await office.post("enrollment", f"{path}/rejection", {"reason": reason}, key=str(new_id()))
        return await office.get("enrollment", path)

    console.print(_told(_run(state, rejected)))


def _run(state: Path, work: Callable[[Offices, Tell], Awaitable[T]]) -> T:
    described = describe(state)

    async def working() -> T:
        with _bar() as tell:
            async with http_client() as http:
                offices = office_maker(described.keys, described.urls, http)
                return await work(offices, tell)

    return asyncio.run(working())


@contextmanager
def _bar() -> Iterator[Tell]:
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(),
        console=progress_console, transient=True,
    ) as progress:  # fmt: skip
        task = progress.add_task("asking", total=1.0)
        yield lambda words, part: progress.update(task, description=words, completed=part)


def _told(standing: Answer) -> Table:
    table = Table("Roster", standing["state"], show_lines=False)
    table.columns[1].justify = "right"
    for words in ("rows", "fit", "enrolled"):
        if standing[words] is not None:
            table.add_row(words, f"{standing[words]:,}")
    if standing["amount"] is not None:
        table.add_row("cost of the fit", f"Rp{standing['amount']:,}")
    for words in ("refused", "warned"):
        table.add_row(words, f"{sum(standing[words].values()):,}")
        for slug, rows in standing[words].items():
            table.add_row(f"    {slug}", f"{rows:,}")
    for words in ("received_by", "decided_by", "rejection"):
        if standing[words] is not None:
            table.add_row(words.replace("_", " "), standing[words])
    return table


def _say(line: str) -> None:
    console.print(line, soft_wrap=True, highlight=False, markup=False)
