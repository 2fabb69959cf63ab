"""What the benefits are on a day: `benefits.toml` and `disabilities.csv`, data with a source.

A tariff change is a new row, from a day of events on; no row that was applied is changed, so that
every decision can be recomputed.
"""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Literal, NamedTuple

from pydantic import TypeAdapter

from contracts.refusal import Refused

Unit = Literal["rupiah", "percent", "months", "days", "years", "children"]
JKM_MONTHLY = 6_800
"""Rupiah of a month's contribution that are for JKM, by any income (PP 44/2015 art. 20(3))."""
JKK_PER_CENT = 1
"""Of the declared income (PP 44/2015 art. 20(1)(2))."""
FIRST_TIER = 1_000_000
"""The declared income that the programme pays for: the only tier whose base was read."""
DAYS_REMEMBERED = 4_096


class TariffMissing(Refused):
    """No row of the tariff is for that day."""

    slug, status, retryable = "tariff-missing", 422, False


class DisabilityUnknown(Refused):
    """The table of disabilities has no such loss."""

    slug, status, retryable = "disability-unknown", 422, False


class Row(NamedTuple):
    """A row of the tariff."""

    rule: str
    from_day: date
    value: int
    unit: Unit
    article: str
    source: str
    verified: bool
    """Whether it was read in the law itself."""
    times: int = 1
    """What a per cent of the income is multiplied by, or the years of a school level."""


class Tariff(dict[str, Row]):
    """The rows that hold for events of one day, by rule. Raises TariffMissing for any other."""

    def __missing__(self, rule: str) -> Row:
        raise TariffMissing(
            f"no row of the tariff says {rule} for that day: correct the day, or add the row"
        )


class Loss(NamedTuple):
    """A row of the table of disabilities. Per cent, of one unit."""

    code: str
    percent_min: int
    percent_max: int
    units_max: int
    """How often it may count: fingers, toes, steps of 10 dB or 10 %."""
    verified: bool


class Tier(NamedTuple):
    """What a month costs whoever declared this income. Rupiah a month."""

    monthly: int
    jkk: int
    base_income: int
    article: str
    source: str
    verified: bool


class File(NamedTuple):
    """What `benefits.toml` holds."""

    row: tuple[Row, ...]
    tier: tuple[Tier, ...]


@dataclass(frozen=True, eq=False)
class RuleSet:
    """All rows, of which each day has its tariff: those in force, or others for a what-if."""

    rows: tuple[Row, ...]
    """The older before the newer."""
    digest: str
    """What stands for the data: SHA-256 in hexadecimal."""

    def on(self, day: date) -> Tariff:
        """The rows that hold for an event of this day: of each rule the last that began by then."""
        return _tariff(self, day)


@cache
def in_force() -> RuleSet:
    """The rules by which claims are decided."""
    content = _text("benefits.toml") + _text("disabilities.csv")
    rows = sorted(benefits_file().row, key=lambda row: row.from_day)
    return RuleSet(tuple(rows), sha256(content.encode()).hexdigest())


def tariff_on(day: date) -> Tariff:
    """The rows in force for an event of this day."""
    return in_force().on(day)


def rows() -> tuple[Row, ...]:
    """All rows in force, the older before the newer."""
    return in_force().rows


@cache
def losses() -> Mapping[str, Loss]:
    """The table of disabilities, by code (PP 44/2015 annex III)."""
    lines = _text("disabilities.csv").splitlines()
    return {row["code"]: _loss(row) for row in csv.DictReader(lines)}


def loss(code: str) -> Loss:
    """A row of the table. Raises: DisabilityUnknown."""
    found = losses().get(code)
    if found is None:
        raise DisabilityUnknown(
            f"the table of disabilities has no {code}: choose one of its codes, or ask the "
            "adviser doctor which it is"
        )
    return found


def tier_of(monthly: int) -> Tier:
    """The declared income by the rupiah that are paid for JKK and JKM each month.

    An amount without a row gives what the formula says (JKK is a hundredth), unverified.
    Raises: TariffMissing when the amount does not even hold the part for JKM.
    """
    for tier in benefits_file().tier:
        if tier.monthly == monthly:
            return tier
    jkk = monthly - JKM_MONTHLY
    if jkk <= 0:
        raise TariffMissing(f"Rp{monthly:,} a month pay for no tier: correct the amount")
    return Tier(
        monthly=monthly,
        jkk=jkk,
        base_income=jkk * 100 // JKK_PER_CENT,
        article="PP 44/2015 art. 20",
        source="computed: no row of the tariff",
        verified=False,
    )


def tariff_digest() -> str:
    """What stands for the data in force: SHA-256 of both files, in hexadecimal."""
    return in_force().digest


@cache
def benefits_file() -> File:
    """`benefits.toml` as it stands."""
    return TypeAdapter(File).validate_python(tomllib.loads(_text("benefits.toml")))


@lru_cache(maxsize=DAYS_REMEMBERED)
def _tariff(rules: RuleSet, day: date) -> Tariff:
    return Tariff({row.rule: row for row in rules.rows if row.from_day <= day})


def _text(name: str) -> str:
    return files("services.claims.rules").joinpath(name).read_text(encoding="utf-8")


def _loss(row: Mapping[str, str]) -> Loss:
    return Loss(
        code=row["code"],
        percent_min=int(row["percent_min"]),
        percent_max=int(row["percent_max"]),
        units_max=int(row["units_max"]),
        verified=row["verified"] == "yes",
    )
