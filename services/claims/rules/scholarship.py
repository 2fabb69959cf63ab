"""Scholarships for up to two children of the member (PP 44/2015 art. 25 and 34, PP 82/2019).

A school year is decided alone, in the first decision and in every request after it: by the level,
the years that the level may last, and whether the child still has the right when it is asked for.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Literal, NamedTuple

from services.claims.rules.facts import Child, Step
from services.claims.rules.months import years_later
from services.claims.rules.steps import Case, due, nothing, shortened
from services.claims.rules.tariffs import Row, Tariff

SCHOOL_YEAR_MONTH = 7
"""School years begin in July."""
Refusal = Literal[
    "two-children", "asked-twice", "not-begun", "too-long-ago", "before-the-event", "of-age",
    "married", "working", "level-used-up",
]  # fmt: skip
WORDS: dict[Refusal, str] = {
    "two-children": "two other children have the scholarship",
    "asked-twice": "this school year is asked for twice",
    "not-begun": "the school year has not begun",
    "too-long-ago": "more than three school years back",
    "before-the-event": "the school year was over before the event",
    "of-age": "the child has reached 23 years",
    "married": "the child is married",
    "working": "the child works, and not as an apprentice or on its own account",
    "level-used-up": "all years of this school level were paid",
}


class SchoolYear(NamedTuple):
    """What is due for one school year of one child."""

    amount: int
    """Rupiah; 0 where it is refused."""
    row: Row
    refusal: Refusal | None

    @property
    def reason(self) -> str:
        """In words, for an event and a letter."""
        return "due" if self.refusal is None else WORDS[self.refusal]


def scholarship_year(
    child: Child,
    *,
    asked_on: date,
    event_on: date,
    tariff: Tariff,
    others: Collection[str] = (),
) -> SchoolYear:
    """Decide a school year of a child that is asked for on a day, after an event.

    `others` are the other children who have had a year paid. The right ends on the 23rd birthday,
    with marriage and with work (but for apprentices and own-account work). What was not asked for
    in its year is paid later for at most three school years back, if the right lasted to its end.
    """
    row = tariff[f"scholarship-{child.level}"]
    refusal = _refusal(child, tariff, asked_on=asked_on, event_on=event_on, others=others)
    return SchoolYear(0 if refusal else row.value, row, refusal)


def scholarship_steps(case: Case, *, is_held: bool) -> list[Step]:
    """A line for each child of the facts, who may ask for several years; those who come after the
    first two with a right have none."""
    paid: dict[str, list[Child]] = {}
    rows: dict[str, list[SchoolYear]] = {}
    refused: list[Step] = []
    for child in _in_order(case.facts.children):
        others = [name for name in paid if name != child.name]
        found = _year_after(child, paid.get(child.name, []), case, others)
        if found.refusal is None:
            paid.setdefault(child.name, []).append(child)
            rows.setdefault(child.name, []).append(found)
        else:
            because = f"{child.level}-{child.school_year}, {found.reason}"
            step = nothing(found.row, "scholarship", because, payee="child")
            refused.append(step._replace(child=child.name))
    granted = [
        _step(years, rows[name], is_held=is_held)._replace(child=name)
        for name, years in paid.items()
    ]
    return granted + refused


def school_year_of(day: date) -> int:
    """The year in which the school year of this day began."""
    return day.year if day.month >= SCHOOL_YEAR_MONTH else day.year - 1


def _in_order(children: Iterable[Child]) -> list[Child]:
    """As they were given, the years of each child from the earliest on."""
    names = list(dict.fromkeys(child.name for child in children))
    return sorted(children, key=lambda child: (names.index(child.name), child.school_year))


def _year_after(
    child: Child, earlier: list[Child], case: Case, others: Collection[str]
) -> SchoolYear:
    """A year of a child of whom others are paid in the same decision."""
    asked = case.facts.filed_on
    found = scholarship_year(
        child, asked_on=asked, event_on=case.day, tariff=case.tariff, others=others
    )
    if found.refusal is not None:
        return found
    if any(child.school_year == each.school_year for each in earlier):
        return SchoolYear(0, found.row, "asked-twice")
    before = sum(each.level == child.level for each in earlier)
    if child.years_paid_at_level + before >= found.row.times:
        return SchoolYear(0, found.row, "level-used-up")
    return found


def _refusal(
    child: Child, tariff: Tariff, *, asked_on: date, event_on: date, others: Collection[str]
) -> Refusal | None:
    this_year = school_year_of(asked_on)
    last_day = date(child.school_year + 1, SCHOOL_YEAR_MONTH - 1, 30)
    of_age_on = years_later(child.born_on, tariff["scholarship-age"].value)
    children_max = tariff["scholarship-children"].value
    years_back = tariff["scholarship-years-back"].value
    conditions: tuple[tuple[bool, Refusal], ...] = (
        (child.name not in others and len(set(others)) >= children_max, "two-children"),
        (child.school_year > this_year, "not-begun"),
        (child.school_year < this_year - years_back, "too-long-ago"),
        (last_day < event_on, "before-the-event"),
        (min(asked_on, last_day) >= of_age_on, "of-age"),
        (child.is_married, "married"),
        (child.is_working and not child.is_apprentice, "working"),
        (
            child.years_paid_at_level >= tariff[f"scholarship-{child.level}"].times,
            "level-used-up",
        ),
    )
    return next((refusal for holds, refusal in conditions if holds), None)


def _step(years: list[Child], found: list[SchoolYear], *, is_held: bool) -> Step:
    amount = sum(each.amount for each in found)
    terms = " + ".join(
        f"{child.level}-{child.school_year} {each.amount:,}"
        for child, each in zip(years, found, strict=True)
    )
    line = shortened(terms, amount, instead=f"{amount:,}")
    return due(found[0].row, "scholarship", amount, payee="child", arithmetic=line, is_held=is_held)
