"""How long personal data are kept, after which law, and when they are due to be destroyed.

UU 27/2022 art. 43 and 44: data that are no longer needed are erased; data whose time is over are
destroyed. The times themselves stand in other laws, which change: hence data with dates.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

Mark = Literal["law", "unverified", "own"]
"""`law`: read in the law itself; `unverified`: a default until somebody has; `own`: ours to set."""
_YEAR_MONTHS = 12


class RetentionClass(NamedTuple):
    """Data of one kind and how long they are kept."""

    slug: str
    what: str
    months: int
    """Calendar months; added to `days`. Both 0: erased whenever it is asked for."""
    days: int
    counted_from: str
    source: str
    mark: Mark
    valid_from: date
    """Since when this rule holds; a later entry of the same slug takes its place."""

    def until(self, day: date) -> date:
        """The last day on which data counted from `day` are kept."""
        number = day.year * _YEAR_MONTHS + day.month - 1 + self.months
        year, month = divmod(number, _YEAR_MONTHS)
        return _day_in(year, month + 1, day.day) + timedelta(days=self.days)


CLASSES = (
    RetentionClass(
        slug="never-needed",
        what="who a person is who was never covered and for whom nothing was paid",
        months=0, days=0, counted_from="the request to erase",
        source="UU 27/2022 Pasal 43 ayat (1) huruf a", mark="law",
        valid_from=date(2022, 10, 17),
    ),
    RetentionClass(
        slug="work-accident-claims",
        what="who a member is, covers, cards: a work accident may be claimed for five years",
        months=60, days=0, counted_from="the end of the last cover",
        source="PP 82/2019 Pasal 26", mark="law",
        valid_from=date(2019, 12, 2),
    ),
    RetentionClass(
        slug="scholarships",
        what="who a member is for whose death a benefit was paid: scholarships go on until a "
        "child, who may be born later, is 23",
        months=276, days=0, counted_from="the death",
        source="PP 82/2019 Pasal 25 dan Pasal 34", mark="unverified",
        valid_from=date(2019, 12, 2),
    ),
    RetentionClass(
        slug="financial-documents",
        what="months billed and paid, by name: evidence of spending",
        months=120, days=0, counted_from="the end of the year of the last payment",
        source="UU 8/1997 Pasal 11", mark="unverified",
        valid_from=date(1997, 3, 24),
    ),
    RetentionClass(
        slug="rosters",
        what="rows of rosters, refusals and warnings with their cells",
        months=0, days=90, counted_from="the end of the work on the roster",
        source="rule of this office", mark="own",
        valid_from=date(2025, 1, 1),
    ),
    RetentionClass(
        slug="stored-answers",
        what="answers to commands, by idempotency key; they hold no personal data",
        months=0, days=90, counted_from="the answer",
        source="rule of this office", mark="own",
        valid_from=date(2025, 1, 1),
    ),
    RetentionClass(
        slug="key-backups",
        what="wrapped keys of persons, in a file kept apart",
        months=0, days=30, counted_from="the backup",
        source="rule of this office", mark="own",
        valid_from=date(2025, 1, 1),
    ),
    RetentionClass(
        slug="bank-customers",
        what="the bank's own record of its customers; kept by the bank, not here",
        months=60, days=0, counted_from="the end of the relation",
        source="POJK 8/2023", mark="unverified",
        valid_from=date(2023, 6, 14),
    ),
)  # fmt: skip
"""Who read whose data, and what was asked and answered about it, name nobody by themselves and stay
in the record: that is their purpose (UU 27/2022 art. 31)."""


@dataclass(frozen=True)
class Held:
    """What decides how long a person's data are needed. Days in Asia/Makassar."""

    ever_covered: bool = False
    covered_until: date | None = None
    """The end of the last cover; none while it runs, or when there never was one."""
    last_paid_on: date | None = None
    died_on: date | None = None
    """Of a death for which a benefit was paid."""


class Kept(NamedTuple):
    """A reason to keep a person's data."""

    rule: RetentionClass
    destroy_after: date | None
    """The last day; none when it does not count down yet, because the cover runs."""


def rule_of(slug: str, *, on: date) -> RetentionClass:
    """The rule of this class that holds on a day. KeyError: there is none."""
    found = [each for each in CLASSES if each.slug == slug and each.valid_from <= on]
    if not found:
        raise KeyError(slug)
    return max(found, key=lambda each: each.valid_from)


def reasons_to_keep(held: Held, *, on: date) -> list[Kept]:
    """Why a person's data are kept, after the rules of a day; reasons that ended are among them.

    None at all: the data never served what they were collected for.
    """
    return list(_reasons(held, on))


def last_to_end(reasons: Iterable[Kept], *, on: date) -> Kept | None:
    """Of the reasons that hold on a day the one that holds the longest; one that does not count
    down yet holds longer than any. None: no reason holds."""
    holding = [each for each in reasons if each.destroy_after is None or on <= each.destroy_after]
    return max(holding, key=lambda each: each.destroy_after or date.max, default=None)


def _reasons(held: Held, on: date) -> Iterator[Kept]:
    if held.ever_covered:
        rule = rule_of("work-accident-claims", on=on)
        yield Kept(rule, held.covered_until and rule.until(held.covered_until))
    if held.last_paid_on is not None:
        rule = rule_of("financial-documents", on=on)
        yield Kept(rule, rule.until(date(held.last_paid_on.year, _YEAR_MONTHS, 31)))
    if held.died_on is not None:
        rule = rule_of("scholarships", on=on)
        yield Kept(rule, rule.until(held.died_on))


def _day_in(year: int, month: int, day: int) -> date:
    """The day of a month, or the month's last when it is shorter."""
    following = date(year + month // _YEAR_MONTHS, month % _YEAR_MONTHS + 1, 1)
    return min(date(year, month, 1) + timedelta(days=day - 1), following - timedelta(days=1))
