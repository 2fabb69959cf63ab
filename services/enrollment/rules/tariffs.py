"""What a month of cover costs: by segment, sector, who pays, and month.

The table is `tariffs.csv`, dated, each row with its source. Where several rows fit, the last one
holds, so that what changes an older rule stands below it. A row whose source nobody has read is
marked `unverified`, and is refused rather than used: a wrong discount on 100,000 members is
Rp840,000,000 a month.
"""

import csv
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

from contracts.enrollment import Payer, Tariff
from contracts.refusal import Refused
from services.enrollment.rules.months import month_after

Segment = Literal["bpu"]
"""Own-account workers (bukan penerima upah)."""
Sector = Literal["transport", "other"]
"""`transport`: whoever carries people or goods, the first to whom PP 50/2025 gives its discount."""
BASE_INCOME = 1_000_000
"""Rupiah a month: what the lowest tier declares."""
_ANY = "any"


class TariffUnknown(Refused):
    """No row of the table is for this."""

    slug, status, retryable = "tariff-unknown", 422, False


class TariffUnverified(Refused):
    """The row of the table was not read in its source."""

    slug, status, retryable = "tariff-unverified", 422, False


class TariffKey(NamedTuple):
    """What a tariff is looked up by."""

    payer: Payer
    sector: Sector = "other"
    segment: Segment = "bpu"
    base_income: int = BASE_INCOME
    """Rupiah a month, as declared; JKK is a hundredth of it."""


class TariffRow(NamedTuple):
    """A row of the table. Amounts in rupiah a month."""

    segment: str
    sector: str
    payer: str
    first_month: str
    last_month: str
    """Empty while it holds."""
    base_income: int
    jkk: int
    jkm: int
    verified: bool
    source: str

    def fits(self, key: TariffKey, month: str) -> bool:
        """Whether it is for this."""
        return (
            self.segment == key.segment
            and self.sector in {_ANY, key.sector}
            and self.payer in {_ANY, key.payer}
            and self.base_income == key.base_income
            and self.first_month <= month
            and (not self.last_month or month <= self.last_month)
        )


@cache
def rows() -> tuple[TariffRow, ...]:
    """The table."""
    with files(__package__).joinpath("tariffs.csv").open(encoding="utf-8") as lines:
        return tuple(_row(row) for row in csv.DictReader(lines))


def tariff(key: TariffKey, month: str) -> Tariff:
    """What this month costs. Raises: TariffUnknown, TariffUnverified."""
    fitting = [row for row in rows() if row.fits(key, month)]
    if not fitting:
        raise TariffUnknown(
            f"no tariff for {key.base_income:,} a month, paid by {key.payer}, in {month}: "
            "see the tiers of PP 44/2015"
        )
    found = fitting[-1]
    if not found.verified:
        raise TariffUnverified(
            f"the tariff for {month} is not verified ({found.source}): read the source, correct "
            "the table and mark the row"
        )
    return Tariff(jkk=found.jkk, jkm=found.jkm)


def programme_tariff(payer: Payer, *, first_month: str, last_month: str) -> Tariff:
    """What a month of a programme costs: the dearest of its months, so that what is reserved is
    enough for each. The discount of PP 50/2025 does not apply where APBN or APBD pays (art. 3).

    Raises: TariffUnknown, TariffUnverified.
    """
    months = [first_month]
    while months[-1] < last_month:
        months.append(month_after(months[-1]))
    return max((tariff(TariffKey(payer), month) for month in months), key=lambda each: each.month)


def _row(row: dict[str, str]) -> TariffRow:
    return TariffRow(
        segment=row["segment"],
        sector=row["sector"],
        payer=row["payer"],
        first_month=row["first_month"],
        last_month=row["last_month"],
        base_income=int(row["base_income"]),
        jkk=int(row["jkk"]),
        jkm=int(row["jkm"]),
        verified=row["status"] == "verified",
        source=row["source"],
    )
