"""The figures of a played day, as JSON and as a table that a governor could read."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from rich.console import RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tameng import checks, drain
from tameng.checks import Checked
from tameng.demo import rail
from tameng.demo.day import OEBOBO, PROVINCE, Day
from tameng.demo.stage import Stage
from tameng.machine import Described
from tameng.offices import Answer
from tameng.what_if.asking import asked
from tameng.what_if.claims_tables import CLAIMS
from tameng.what_if.tables import Shown
from tameng.what_if.tables import table as what_if_table

Figures = dict[str, Any]
Verified = TypeVar("Verified")
VERIFIED_MAX = 3
OWNERS = ("enrollment", "banking", "claims")
WHAT_IF = ("--set", "death-waiting=6")
"""Asked at the end of the day: six months of waiting instead of three."""


@dataclass(frozen=True)
class Line:
    """A figure beside the one that was published or must come out."""

    words: str
    published: int | bool
    found: int | bool
    rupiah: bool = False

    @property
    def agrees(self) -> bool:
        """Whether they are the same."""
        return self.published == self.found


async def verified(
    stage: Stage, verify: Callable[[int], Awaitable[Verified]]
) -> tuple[int, Verified]:
    """How many events are logged, and what `verify`, given the number of the try, says of them. It
    is asked again when more were logged meanwhile: services have jobs of their own."""
    logged = drain.events_logged(await stage.settle(), *OWNERS)
    found = await verify(1)
    for number in range(2, VERIFIED_MAX + 1):
        now = drain.events_logged(await stage.settle(), *OWNERS)
        if now == logged:
            break
        logged, found = now, await verify(number)
    return logged, found


async def checked(day: Day, machine: Described) -> Figures:
    """Let the auditor verify the record and rebuild every service, then gather all figures."""
    day.progress.tell("the archive is verified")

    async def verify(number: int) -> Answer:
        return await day.auditor.post("audit", "/verifications", {}, key=f"verify {number}")

    events, verification = await verified(day, verify)
    checkpoint = await day.auditor.get("audit", "/checkpoint")
    apart = await checks.verified_apart(machine, checkpoint["key"])
    day.progress.tell("every service is rebuilt from its events", part=0.3)
    names = tuple(machine.environments)
    *answers, what_if = await asyncio.gather(
        *(checks.replayed(machine, name) for name in names), asked(machine, "claims", WHAT_IF)
    )
    day.progress.tell("the figures are gathered", part=0.9)
    return await _gathered(
        day,
        events=events,
        verification=verification | {"apart": apart.passed, "note": checkpoint["note"]},
        replays=dict(zip(names, answers, strict=True)),
    ) | {"what_if": what_if.answer}


async def _gathered(
    day: Day, *, events: int, verification: Mapping[str, Any], replays: Mapping[str, Checked]
) -> Figures:
    city = await day.auditor.get("enrollment", f"/programmes/{day.programme_id}", area=PROVINCE)
    oebobo = await day.auditor.get("enrollment", f"/programmes/{day.programme_id}", area=OEBOBO)
    bank = await day.auditor.get("banking", "/figures", area=PROVINCE)
    claims = await day.auditor.get("claims", "/figures", area=PROVINCE)
    archived = verification["events_by_topic"]
    of_owners = sum(n for topic, n in archived.items() if not topic.endswith("audit.events"))
    return {
        "workers_enrolled": city["enrolled"],
        "workers_enrolled_oebobo": oebobo["enrolled"],
        "rows_refused": day.rows_refused,
        "rosters_approved": day.rosters_approved,
        "maker_refused": day.maker_refused,
        "filer_refused": day.filer_refused,
        "decisions": day.decisions,
        "letters": {number: str(file) for number, file in day.letters.items()},
        "card_sheets": str(day.card_sheets) if day.card_sheets else None,
        "accounts_opened": bank["accounts_opened"],
        "accounts_deferred": bank["accounts_deferred"],
        "memberships_active": city["activated"],
        "months_paid": city["months_paid"],
        "contributions_paid": city["amount_paid"],
        "committed": city["reserved"],
        "cards_delivered": city["cards_delivered"],
        "claims_paid": claims["paid"],
        "claims_paid_full": claims["paid_full"],
        "amount_paid": claims["amount_paid"],
        "payout_timed_out": await rail.proof(day),
        "events": events,
        "audit": {
            "verified": verification["verified"],
            "events": of_owners,
            "root": verification["root"],
            "apart": verification["apart"],
            "note": verification["note"],
        },
        "replay": {
            name: {"same": answer.passed, "applied": answer.answer["applied"]}
            for name, answer in replays.items()
        },
        "ledger": bank["ledger"],
        "reconciled": reconciled(city, bank, events_equal_archive=events == of_owners),
        "differences": [
            f"{name}: {line}"
            for name, answer in replays.items()
            for line in checks.differences(answer)
        ],
    }


def reconciled(
    city: Mapping[str, Any], bank: Mapping[str, Any], *, events_equal_archive: bool
) -> dict[str, bool]:
    """Whether what the services say of the same things is the same."""
    accounts = bank["accounts_opened"] + bank["accounts_deferred"]
    return {
        "debits_equal_credits": bank["ledger"]["balanced"],
        "events_equal_archive": events_equal_archive,
        "opened_and_deferred_equal_enrolled": accounts == city["enrolled"],
        "contributions_equal_at_bank": bank["contributions_paid"] == city["amount_paid"],
        "budget_equals_commitments": city["reserved"] == city["promised_by_members"],
    }


def lines(figures: Figures) -> list[Line]:
    """What was published, or follows from it, beside what this run found."""
    return [
        Line("Workers enrolled in Kota Kupang", 2_525, figures["workers_enrolled"]),
        Line("… of them in kecamatan Oebobo", 377, figures["workers_enrolled_oebobo"]),
        Line("Rosters approved by a second person", 2, figures["rosters_approved"]),
        Line("Their sender may not approve them", published=True, found=figures["maker_refused"]),
        Line("Bank accounts opened", 1_400, figures["accounts_opened"]),
        Line("Accounts that wait for papers", 1_125, figures["accounts_deferred"]),
        Line("Members who were covered", 2_525, figures["memberships_active"]),
        Line("Cards handed over", 2_525, figures["cards_delivered"]),
        Line("Months paid", 10_090, figures["months_paid"]),
        Line("Contributions paid", 169_512_000, figures["contributions_paid"], rupiah=True),
        Line("Committed after the deaths", 254_251_200, figures["committed"], rupiah=True),
        Line("Who files may not approve", published=True, found=figures["filer_refused"]),
        Line("Families paid Rp42,000,000", 2, figures["claims_paid_full"]),
        Line("Claims paid in all", 3, figures["claims_paid"]),
        Line("Benefits paid", 94_000_000, figures["amount_paid"], rupiah=True),
        *_of_the_rail(figures.get("payout_timed_out")),
        *of_the_record(figures),
        *_of_the_what_if(figures["what_if"]),
    ]


def of_the_record(figures: Figures) -> list[Line]:
    """What must hold of every record, whatever was played."""
    replays = figures["replay"].values()
    return [
        Line("Debits equal credits", published=True, found=figures["ledger"]["balanced"]),
        Line("Events in the archive", figures["events"], figures["audit"]["events"]),
        Line("The archive's chain is whole", published=True, found=figures["audit"]["verified"]),
        Line("The standalone verifier agrees", published=True, found=figures["audit"]["apart"]),
        Line(
            "Every service replays to the same",
            published=True,
            found=all(each["same"] for each in replays),
        ),
        Line(
            "Budget, accounts, money reconcile",
            published=True,
            found=all(figures["reconciled"].values()),
        ),
    ]


def _of_the_what_if(answer: Mapping[str, Any]) -> list[Line]:
    """All three died in October, covered since July or September: none would have waited enough.
    The two families of the whole package would have had the funeral benefit only."""
    lost = 42_000_000 - 10_000_000
    return [
        Line("The rules come to each decision", published=True, found=answer["holds"]),
        Line("What if the wait were six months:", 2, len(answer["differing"])),
        Line("… claims less, and so much less due", 2 * lost, -answer["difference"], rupiah=True),
    ]


def _of_the_rail(proof: Mapping[str, Any] | None) -> list[Line]:
    """That a payout without an answer was paid once; nothing where none was to time out."""
    words = "A payout timed out, was found by its status, was paid once"
    return [] if proof is None else [Line(words, True, proof["found_and_paid_once"])]  # noqa: FBT003


def table(title: str, against: str, lines: Sequence[Line]) -> Table:
    """The figures as people read them, against what was published or is expected."""
    found = Table(title=title, title_style="bold")
    found.add_column("Figure")
    found.add_column(against, justify="right")
    found.add_column("This run", justify="right")
    found.add_column("")
    for line in lines:
        verdict = Text("agrees", "green") if line.agrees else Text("DIFFERS", "bold red")
        found.add_row(line.words, _shown(line, line.published), _shown(line, line.found), verdict)
    return found


def decisions(figures: Figures) -> Table:
    """What was decided about each claim, and why."""
    found = Table(title="Three claims, and why", title_style="bold")
    found.add_column("Claim")
    found.add_column("Line")
    found.add_column("Amount", justify="right")
    found.add_column("Why")
    for decision in figures["decisions"]:
        found.add_row(decision["number"], "", "", decision["outcome"])
        for benefit, line in decision["lines"].items():
            why = f"{line['article']}: {line['arithmetic']}"
            found.add_row("", benefit, f"Rp{line['amount']:,}", why)
        found.add_row("", "paid", f"Rp{decision['paid']:,}", "", end_section=True)
    return found


def what_if(figures: Figures) -> Table:
    """Which claims would have come out otherwise, had the waiting time been six months."""
    title = "What if the waiting time were six months: nothing is published"
    return what_if_table(Shown(title, figures["what_if"]["differing"], CLAIMS))


def checkpoint(figures: Figures) -> Panel:
    """The head of the signed note that stands for the whole record."""
    origin, events, root, *shards = figures["audit"]["note"].partition("\n\n")[0].split("\n")
    words = f"{origin}\n{events} events in {len(shards)} shards\nroot {root}"
    return Panel.fit(words, title="Checkpoint, signed", title_align="left")


def tables(figures: Figures) -> list[RenderableType]:
    """All that is shown of the day."""
    title = "One day of the programme in Kota Kupang"
    return [
        table(title, "Published", lines(figures)),
        decisions(figures),
        what_if(figures),
        checkpoint(figures),
    ]


def papers(figures: Figures) -> list[str]:
    """Where the papers of the day lie."""
    letters = figures["letters"].items()
    return [
        f"The cards of one kelurahan, to be printed: {figures['card_sheets']}",
        *(f"The letter to the family of claim {number}: {file}" for number, file in letters),
    ]


def times(seconds: Mapping[str, float], titles: Mapping[str, str]) -> Table:
    """How long each act took."""
    found = Table(title="Time", title_style="bold", show_header=False)
    found.add_column()
    found.add_column(justify="right")
    for name, spent in seconds.items():
        found.add_row(titles.get(name, name), f"{spent:.1f} s")
    return found


def _shown(line: Line, value: int | bool) -> str:  # noqa: FBT001  (a figure)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"Rp{value:,}" if line.rupiah else f"{value:,}"
