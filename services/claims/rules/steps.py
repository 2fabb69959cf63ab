"""What the computations of all benefits share: the case, its lines, and the doubts about it."""

from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

from contracts.claims import Benefit, HeirClass
from services.claims.rules.arithmetic import LINE_MAX, NOTHING
from services.claims.rules.coverage import Cover
from services.claims.rules.facts import Doubt, Facts, Step
from services.claims.rules.tariffs import Row, Tariff

Payee = Literal["heirs", "member", "arranger", "fund", "child"]
NETTING_ROOM = 60
"""Characters of the arithmetic that stay free for what an earlier decision paid."""
LINES_REMEMBERED = 256
ARITHMETIC_MAX = LINE_MAX - NETTING_ROOM


class Case(NamedTuple):
    """A claim whose member was covered, ready to be computed."""

    facts: Facts
    cover: Cover
    tariff: Tariff
    day: date
    """Of the event: the death (JKM), the accident or diagnosis (JKK)."""

    @property
    def has_no_heirs(self) -> bool:
        """The sixth class of the law."""
        return self.facts.heir_class == HeirClass.NONE


class Lines(NamedTuple):
    """What is due by the law, before what was paid already."""

    steps: list[Step]
    doubts: list[Doubt]


@lru_cache(maxsize=LINES_REMEMBERED)
def whole(row: Row, benefit: Benefit, payee: Payee, is_held: bool) -> Step:  # noqa: FBT001  (cached)
    """A line of the row's whole amount. There are few, and thousands of claims have them."""
    return due(row, benefit, row.value, payee=payee, arithmetic=f"{row.value:,}", is_held=is_held)


def due(
    row: Row,
    benefit: Benefit,
    amount: int,
    *,
    payee: Payee,
    arithmetic: str,
    is_held: bool = False,
) -> Step:
    """A line by one row of the tariff."""
    return Step(
        benefit,
        amount,
        is_held,
        payee,
        row.rule,
        row.article,
        row.verified,
        arithmetic,
    )


def nothing(row: Row, benefit: Benefit, because: str, *, payee: Payee) -> Step:
    """A line that says why it is not due."""
    return due(row, benefit, 0, payee=payee, arithmetic=f"{NOTHING}{because}")


def funeral(case: Case, row: Row, *, is_held: bool) -> Lines:
    """The funeral benefit: of a member without heirs to whoever arranged the funeral (art. 34(2)),
    and once, in whatever segment (domain 2.2)."""
    payee: Payee = "arranger" if case.has_no_heirs else "heirs"
    if case.facts.funeral_paid_elsewhere:
        because = "paid in another segment, and the funeral benefit is paid once"
        return Lines([nothing(row, "funeral", because, payee=payee)], ["funeral-elsewhere"])
    return Lines([whole(row, "funeral", payee, is_held)], [])


def shortened(terms: str, result: int, *, instead: str) -> str:
    """`terms = result`, or with other terms where the line would be too long for an event."""
    line = f"{terms} = {result:,}"
    return line if len(line) <= ARITHMETIC_MAX else f"{instead} = {result:,}"
