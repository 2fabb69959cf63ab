"""`tameng roster check`: look at a roster before it is sent, without a server."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from chassis.clock import real_now
from chassis.local_time import local_day
from contracts.refusal import Refused
from services.enrollment.adapters.regions import regions
from services.enrollment.roster import (
    FILE_BYTES_MAX,
    ReportRow,
    RosterTooLong,
    Sheet,
    SheetRow,
    open_sheet,
    write_report,
)
from services.enrollment.rules.applicants import Finding, judge
from services.enrollment.rules.applicants.in_file import InFile
from services.enrollment.rules.applicants.spelling import family_key
from services.enrollment.rules.programmes import TARIFF
from tameng.roster_office import add_to

PROVINCE = "53"
MONTHS = 12
UNREADABLE_EXIT = 2
_ZIP = b"PK"

commands = typer.Typer(
    help="Rosters: the files with workers that districts send.", no_args_is_help=True
)
console = Console()
progress_console = Console(stderr=True)


File = Annotated[
    Path,
    typer.Argument(
        help="The roster: CSV (UTF-8; comma, semicolon or tab) or Excel (.xlsx, first sheet). Its "
        "first row names the columns.",
        exists=True,
        dir_okay=False,
        metavar="FILE",
    ),
]
Area = Annotated[str, typer.Option(help="The region that the roster is for: 53, 53.71, 53.71.04 …")]
Day = Annotated[
    datetime | None,
    typer.Option(
        "--date",
        formats=["%Y-%m-%d"],
        show_default="today",
        help="The day of registration: who is 17 and not yet 65 on it may be a member.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(help="Where the report goes.", metavar="FILE", show_default="FILE-diperiksa.csv"),
]


@dataclass
class Tally:
    """What was found in a file."""

    rows: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Rows by the main reason they are refused for."""
    warned: Counter[str] = field(default_factory=Counter)
    """Warnings by what they warn of; a row may have several."""
    rows_warned: int = 0

    @property
    def fit(self) -> int:
        """Rows that may become members, those with warnings too."""
        return self.rows - self.refused.total()

    def add(self, findings: tuple[Finding, ...]) -> None:
        """Count a row."""
        self.rows += 1
        if findings and findings[0].severity == "refused":
            self.refused[findings[0].slug] += 1
        elif findings:
            self.rows_warned += 1
            self.warned.update(each.slug for each in findings)


@dataclass(frozen=True)
class RosterCheck:
    """The check of one file: for which region, and on which day people have their age."""

    area_code: str
    on: date
    tally: Tally = field(default_factory=Tally)
    in_file: InFile[str] = field(default_factory=InFile)

    def found(self, sheet: Sheet, progress: Progress) -> Iterator[ReportRow]:
        """The rows that something is wrong with. Raises what reading raises."""
        (bar,) = progress.task_ids
        for row in sheet.rows():
            findings = self._findings(sheet, row)
            self.tally.add(findings)
            progress.advance(bar)
            if findings:
                yield ReportRow(row.number, row.cells, findings)

    def _findings(self, sheet: Sheet, row: SheetRow) -> tuple[Finding, ...]:
        """What the row shows by itself, and beside those before it."""
        judged = judge(
            sheet.fields(row.cells), regions=regions(), area_code=self.area_code, today=self.on
        )
        if judged.applicant is None:
            return judged.findings
        who = judged.applicant.person
        met = self.in_file.meet(nik=who.nik, kk=who.kk, family=family_key(who), name=who.name)
        if met and met[0].severity == "refused":
            return met
        return judged.findings + met


@commands.callback()
def rosters() -> None:
    """Rosters: the files with workers that districts send."""


@commands.command()
def check(
    file: File,
    area: Area = PROVINCE,
    on: Day = None,
    months: Annotated[int, typer.Option(min=1, max=120, help="For the cost.")] = MONTHS,
    output: Output = None,
) -> None:
    """Check a roster before it is sent: the same rules as the service, no server needed.

    Nothing leaves this computer. The report holds the rows that something is wrong with: your own
    columns as they are, then **baris** (the row in your file), **keputusan** (ditolak: will be
    refused; peringatan: somebody will have to decide), **kode** and **alasan** (what is wrong and
    what to do, in Indonesian). Correct the rows in it and send it as it is, or correct your file.

    Not known here: who is a member already, and what is left of quota and budget.

    Exit 0: no row is refused. 1: some are. 2: the file cannot be read, and there is no report.

    Example: `tameng roster check kupang.xlsx --area 53.71 --months 6`
    """
    _check_area(area)
    target = output or file.with_name(f"{file.stem}-diperiksa.csv")
    if target.resolve() == file.resolve():
        raise typer.BadParameter("the report would overwrite the roster: name another file")
    looked = RosterCheck(area, on.date() if on else local_day(real_now()))
    try:
        _report(file, target, looked)
    except Refused as refused:
        typer.echo(f"tameng: {file.name}: {refused}", err=True)
        raise typer.Exit(UNREADABLE_EXIT) from refused
    except OSError as error:
        raise typer.BadParameter(f"{error.filename}: {error.strerror}") from error
    console.print(summary(looked.tally, months=months))
    console.print(f"Report: {target}", soft_wrap=True, highlight=False, markup=False)
    raise typer.Exit(1 if looked.tally.refused else 0)


add_to(commands)


def summary(tally: Tally, *, months: int) -> Table:
    """The figures of a check."""
    table = Table("Roster", "Rows", show_lines=False)
    table.columns[1].justify = "right"
    table.add_row("rows", f"{tally.rows:,}")
    table.add_row("fit", f"{tally.fit:,}")
    table.add_row("… of them with a warning", f"{tally.rows_warned:,}")
    for slug, count in tally.warned.most_common():
        table.add_row(f"    {slug}", f"{count:,}")
    table.add_row("refused", f"{tally.refused.total():,}")
    for slug, count in tally.refused.most_common():
        table.add_row(f"    {slug}", f"{count:,}")
    table.add_section()
    cost = tally.fit * months * TARIFF.month
    table.add_row(f"cost of the fit, {months} months of Rp{TARIFF.month:,}", f"Rp{cost:,}")
    return table


def _check_area(code: str) -> None:
    if not any(f"{village}.".startswith(f"{code}.") for village in regions().villages):
        raise typer.BadParameter(f"no region {code} in Nusa Tenggara Timur: 53, 53.71, 53.71.04 …")


def _report(file: Path, target: Path, looked: RosterCheck) -> None:
    """Check the file and write the report, whole or not at all."""
    if file.stat().st_size > FILE_BYTES_MAX:
        raise RosterTooLong(f"more than {FILE_BYTES_MAX:,} bytes: split the file")
    content = file.read_bytes()
    fresh = target.with_name(f"{target.name}.new")
    try:
        with _progress(content) as progress, fresh.open("wb") as report:
            sheet = open_sheet(content)
            report.writelines(write_report(sheet.columns, looked.found(sheet, progress)))
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)


def _progress(content: bytes) -> Progress:
    """A bar of rows; how many there are is a guess from the lines, and not known of workbooks."""
    progress = Progress(
        TextColumn("Checking"), BarColumn(), MofNCompleteColumn(), TextColumn("rows"),
        console=progress_console, transient=True, disable=not progress_console.is_terminal,
    )  # fmt: skip
    progress.add_task("", total=None if content.startswith(_ZIP) else content.count(b"\n"))
    return progress
