"""`tameng what-if claims`: what claims would have come to by other benefits."""

from pathlib import Path
from typing import Annotated

import typer

from contracts.refusal import Refused
from services.claims.rules.amendments import amendment, amendments
from tameng.problems import Problem
from tameng.what_if import claims_tables as tables
from tameng.what_if.asking import AsJson, Report, Subject, ask
from tameng.where import STATE, State

CLAIMS = Subject("claims", "claims", tables.changed, tables.title, tables.verdict, tables.tables)
Benefits = Annotated[
    Path | None, typer.Option(help="[[row]]s like those of benefits.toml.", metavar="FILE")
]
Changes = Annotated[
    list[str] | None, typer.Option("--set", help="A rule and its other value.", metavar="RULE=N")
]


def claims(
    benefits: Benefits = None,
    changes: Changes = None,
    report: Report = None,
    state: State = STATE,
    *,
    as_json: AsJson = False,
) -> None:
    """Decide every claim again by other benefits; show which come out otherwise, by how much, why.

    A waiting time of six months instead of three, for all deaths there were:
    `tameng what-if claims --set death-waiting=6`

    A larger lump sum for deaths from January on, and another funeral benefit:
    `--set death-lump-sum=25_000_000@2026-01-01 --set death-funeral=12_000_000`

    Many changes in a file: a copy of `services/claims/rules/benefits.toml`, or only the rows that
    change: `--benefits FILE`. Without any change it checks the record: the rules in force must come
    to every decision that was taken, else exit 1 with the claims that differ.
    """
    words = _checked(benefits, changes or [])
    ask(CLAIMS, words, state=state, report=report, as_json=as_json)


def _checked(benefits: Path | None, changes: list[str]) -> tuple[str, ...]:
    """The options for claims' own command, seen to be understood. Raises: Problem."""
    try:
        for change in changes:
            amendment(change)
        if benefits is not None:
            amendments(benefits.read_text(encoding="utf-8"))
    except Refused as refusal:
        raise Problem(str(refusal)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"cannot read {benefits}: {error}") from None
    file = () if benefits is None else ("--benefits", str(benefits.resolve()))
    return *file, *(word for change in changes for word in ("--set", change))
