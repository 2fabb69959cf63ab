"""`tameng reconcile`: the rail's statement of a day beside the book of the machine that runs."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from chassis.ids import new_id
from tameng.offices import Answer, Office, http_client, office_maker
from tameng.problems import Problem
from tameng.where import STATE, State, describe

PROVINCE = "53"
OFFICER = "a reconciliation officer"
FORMATS = ("csv", "mt940")
SHOWN_MAX = 50
console = Console()


def reconcile(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, metavar="FILE", help="As the rail sent it."),
    ],
    day: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The day that the statement is of.")
    ],
    format_: Annotated[
        str | None,
        typer.Option(
            "--format", help="csv or mt940.", show_default="as the file looks", metavar="FORMAT"
        ),
    ] = None,
    name: Annotated[str, typer.Option(help="Who does it; stands on the record.")] = OFFICER,
    state: State = STATE,
) -> None:
    """Lay the rail's end-of-day statement beside the bank's book, on the machine that runs.

    The same file again compares again; a corrected file of the day takes the place of the first.
    Exit 1 while a difference waits for somebody. Each is explained by one officer and accepted by
    another; then the day can be closed: `POST /days/DAY/close`.

    Example: `tameng reconcile statement.csv --day 2025-10-22`
    """
    content = file.read_bytes()
    chosen = format_ or _format_of(content)
    if chosen not in FORMATS:
        raise Problem(f"no format {chosen}: one of {', '.join(FORMATS)}")
    on = f"{day:%Y-%m-%d}"
    standing, found = asyncio.run(_sent(state, content, day=on, format_=chosen, name=name))
    console.print(_summary(standing))
    pending = [each for each in found if each["state"] in {"open", "explained"}]
    if found:
        console.print(_differences(found[:SHOWN_MAX]))
    for line in _next_steps(standing, pending, on):
        console.print(line, soft_wrap=True, highlight=False, markup=False)
    raise typer.Exit(1 if pending else 0)


def _format_of(content: bytes) -> str:
    return "mt940" if content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b":") else "csv"


async def _sent(
    state: Path, content: bytes, *, day: str, format_: str, name: str
) -> tuple[Answer, list[Answer]]:
    described = describe(state)
    async with http_client() as http:
        offices = office_maker(described.keys, described.urls, http)
        return await send(offices(name, "bank", PROVINCE), content, day=day, format_=format_)


async def send(
    office: Office, content: bytes, *, day: str, format_: str
) -> tuple[Answer, list[Answer]]:
    """Send a statement; return how it stands and the differences of the day. Raises: Declined."""
    asked = {"day": day, "format": format_}
    # A key of its own each time: the same file again compares with the book as it is by then.
    standing = await office.upload(
        "banking", "/rail-statements", content, key=str(new_id()), **asked
    )
    return standing, await _all_differences(office, day)


async def _all_differences(office: Office, day: str) -> list[Answer]:
    """Those of the day that are not resolved, what waits for somebody first."""
    found: list[Answer] = []
    after: dict[str, str] = {}
    while True:
        page = await office.get("banking", "/differences", day=day, **after)
        found += page["differences"]
        if page["next_after"] is None:
            break
        after = {"after": page["next_after"]}
    standing = [each for each in found if each["state"] != "resolved"]
    return sorted(standing, key=lambda each: each["state"] == "accepted")


def _summary(standing: Answer) -> Table:
    table = Table(f"Statement of {standing['day']}", standing["format"])
    table.columns[1].justify = "right"
    table.add_row("which of the day", str(standing["number"]))
    table.add_row("transfers", f"{standing['lines']:,}")
    table.add_row("moved", f"Rp{standing['amount']:,}")
    table.add_row("matched", f"{standing['matched']:,}")
    for kind, number in standing["differences"].items():
        table.add_row(kind, f"{number:,}")
    table.add_row("waiting for somebody", f"{standing['pending']:,}")
    return table


def _differences(found: list[Answer]) -> Table:
    """Two columns, which fit a narrow window; the id stands alone, so that it can be copied."""
    table = Table("What differs", "Difference, reference, what to do", show_lines=True)
    table.columns[0].no_wrap = True
    table.columns[1].overflow = "fold"
    for each in found:
        ours, theirs = _rupiah(each["our_amount"]), _rupiah(each["their_amount"])
        table.add_row(
            f"{each['kind']}\n{each['state']}\nours {ours}\nthe rail's {theirs}",
            f"{each['difference_id']}\n{each['rail_reference']}\n{each['next']}",
        )
    return table


def _rupiah(amount: int | None) -> str:
    return "none" if amount is None else f"Rp{amount:,}"


def _next_steps(standing: Answer, pending: list[Answer], day: str) -> list[str]:
    if standing["closed"]:
        return [f"{day} is closed: GET /days/{day}/report"]
    if not pending:
        return [f"nothing is open: when {day} is over, POST /days/{day}/close"]
    more = [f"{len(pending):,} wait; {SHOWN_MAX} are shown"] if len(pending) > SHOWN_MAX else []
    return [
        *more,
        "one officer: POST /differences/ID/explanation {explanation, evidence}",
        "another: POST /differences/ID/acceptance; or send the corrected file here",
    ]
