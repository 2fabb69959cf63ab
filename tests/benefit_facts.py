"""Facts of claims, to compute benefits from."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from contracts.claims import HeirClass
from services.claims.rules.facts import Accident, Computation, Facts, PaidMonth, Spell

COVERED_FROM = datetime(2025, 7, 3, 2, 0, tzinfo=UTC)
"""The third of July, ten o'clock in Kupang: the waiting time ends on 3 October."""
MONTHS = ("2025-07", "2025-08", "2025-09", "2025-10", "2025-11", "2025-12")


def paid(months: Iterable[str] = MONTHS, *, day: int = 3) -> tuple[PaidMonth, ...]:
    """Each month paid on the same day of itself."""
    return tuple(PaidMonth(month, date.fromisoformat(f"{month}-{day:02}")) for month in months)


def long_paid(first_year: int, months: int) -> tuple[PaidMonth, ...]:
    """So many months in a row from January on."""
    return paid(f"{first_year + at // 12}-{at % 12 + 1:02}" for at in range(months))


def death(day: date = date(2025, 11, 20), /, **changed: Any) -> Facts:
    """A death that was not by work, of a member whose province paid every month."""
    return Facts(
        **{
            "kind": "death",
            "filed_on": day,
            "decided_on": day,
            "happened_on": day,
            "died_on": day,
            "spells": (Spell(COVERED_FROM),),
            "paid": paid(),
            "heir_class": HeirClass.SPOUSE_OR_CHILD,
            **changed,
        }
    )


def accident_death(day: date = date(2025, 11, 20), /, **changed: Any) -> Facts:
    """A death by a work accident on the same day."""
    return death(day, **{"kind": "work-accident-death", **changed})


def injury(accident: Accident, day: date = date(2025, 11, 20), /, **changed: Any) -> Facts:
    """A work accident of a member who lives."""
    return death(
        day,
        **{
            "kind": "work-accident",
            "died_on": None,
            "heir_class": None,
            "accident": accident,
            **changed,
        },
    )


def amounts(computation: Computation) -> dict[str, int]:
    """Rupiah by benefit, without the lines that say why nothing is due."""
    found: dict[str, int] = {}
    for step in computation.steps:
        if step.amount:
            found[step.benefit] = found.get(step.benefit, 0) + step.amount
    return found


def held(computation: Computation) -> set[str]:
    """The benefits that wait until the arrears are paid."""
    return {step.benefit for step in computation.steps if step.is_held and step.amount}
