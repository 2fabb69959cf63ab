"""`tameng what-if contributions`: what months would have come to at another contribution."""

from typing import Annotated

import typer

from contracts.refusal import Refused
from services.enrollment.rules.what_if.prices import price
from tameng.problems import Problem
from tameng.what_if import contributions_tables as tables
from tameng.what_if.asking import AsJson, Report, Subject, ask
from tameng.where import STATE, State

CONTRIBUTIONS = Subject(
    "contributions", "enrollment", tables.changed, tables.title, tables.verdict, tables.tables
)
Amount = Annotated[
    int | None, typer.Option(help="What a member's month costs, in rupiah.", metavar="RUPIAH")
]
From = Annotated[
    str | None,
    typer.Option("--from", help="The first month that costs so much: 2025-09.", metavar="MONTH"),
]


def contributions(
    amount: Amount = None,
    month: From = None,
    report: Report = None,
    state: State = STATE,
    *,
    as_json: AsJson = False,
) -> None:
    """Bill and pay every month again at another contribution; show the money by kabupaten/kota and
    month, what each programme still carries, and who would not have been taken in.

    Had a month cost Rp20,000 from the beginning: `tameng what-if contributions --amount 20000`;
    from September on: `--amount 20000 --from 2025-09`.

    Without an amount it checks the record: the prices that the programmes were opened with must
    come to every place, reservation, bill and payment, else exit 1 with the events that differ.
    """
    ask(CONTRIBUTIONS, _checked(amount, month), state=state, report=report, as_json=as_json)


def _checked(amount: int | None, month: str | None) -> tuple[str, ...]:
    """The options for enrollment's own command, seen to be understood. Raises: Problem."""
    if amount is None:
        if month is not None:
            raise Problem("--from needs --amount: what a month costs from then on")
        return ()
    try:
        price(amount, month)
    except Refused as refusal:
        raise Problem(str(refusal)) from None
    return ("--amount", str(amount), *(() if month is None else ("--from", month)))
