"""Programmes, and how many members their quotas and their money still carry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from contracts.enrollment import ProgrammeAmended, ProgrammeOpened, Quota, Tariff
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from contracts.types import ProgrammeId
from services.enrollment.rules.months import months_between

TARIFF = Tariff(jkk=10_000, jkm=6_800)
"""The lowest tier: JKK 1 % of Rp1,000,000, JKM Rp6,800 (PP 44/2015 art. 20).

The discount of PP 50/2025 does not apply where a budget of the state pays (its art. 3).
"""


class ProgrammeMonthsReversed(Refused):
    """The last month of a programme lies before its first."""

    slug, status, retryable = "programme-months-reversed", 422, False


class QuotaBelowMembers(Refused):
    """A quota may not be set below the members that a region has."""

    slug, status, retryable = "quota-below-members", 409, False


class QuotaNamedTwice(Refused):
    """A region may have one quota."""

    slug, status, retryable = "quota-named-twice", 422, False


class QuotaOutsideProvince(Refused):
    """A province pays for its own kabupaten and kota."""

    slug, status, retryable = "quota-outside-province", 422, False


@dataclass(frozen=True)
class ProgrammeTerms:
    """What a province asks for when it opens a programme."""

    name: str
    province_code: str
    funder: str
    legal_basis: str
    first_month: str
    last_month: str
    ceiling: int
    quotas: Sequence[Quota]


class Reservation(NamedTuple):
    """The months that a member is covered for, and the rupiah put aside for them."""

    first_month: str
    last_month: str
    amount: int


@dataclass
class Capacity:
    """What is left of a programme in one region while a run of rows is decided.

    The caller holds the lock on the programme: nobody else decides meanwhile.
    """

    first_month: str
    last_month: str
    places: int
    """Members that the region's quota still carries."""
    money: int
    """Rupiah of the ceiling that nothing was promised from."""
    month: int = TARIFF.month

    def reserve(
        self, *, this_month: str
    ) -> Reservation | Literal["programme-over", "quota-exhausted", "budget-exhausted"]:
        """Take a place and the money for the months from this one on, or say why not.

        A commitment is made only for money that is there (PP 12/2019 art. 124(1)).
        """
        first_month = max(this_month, self.first_month)
        amount = months_between(first_month, self.last_month) * self.month
        if amount == 0:
            return "programme-over"
        if self.places < 1:
            return "quota-exhausted"
        if self.money < amount:
            return "budget-exhausted"
        self.places -= 1
        self.money -= amount
        return Reservation(first_month, self.last_month, amount)


def open_programme(
    terms: ProgrammeTerms, *, cause: Cause, officer: str, now: datetime
) -> ProgrammeOpened:
    """Open a programme.

    Raises: ProgrammeMonthsReversed, QuotaNamedTwice, QuotaOutsideProvince.
    """
    check_quotas(terms.quotas, province_code=terms.province_code)
    if months_between(terms.first_month, terms.last_month) == 0:
        raise ProgrammeMonthsReversed(
            f"{terms.last_month} is before {terms.first_month}: give the months in order"
        )
    return ProgrammeOpened(
        **cause.stamp("open-programme", at=now),
        programme_id=ProgrammeId(derived_id(cause.cause_id, "programme")),
        name=terms.name,
        province_code=terms.province_code,
        funder=terms.funder,
        legal_basis=terms.legal_basis,
        first_month=terms.first_month,
        last_month=terms.last_month,
        ceiling=terms.ceiling,
        tariff=TARIFF,
        quotas=tuple(terms.quotas),
        opened_by=officer,
    )


def check_quotas(quotas: Sequence[Quota], *, province_code: str) -> None:
    """Raises: QuotaNamedTwice, QuotaOutsideProvince."""
    seen: set[str] = set()
    for region in (quota.region_code for quota in quotas):
        if region in seen:
            raise QuotaNamedTwice(f"{region} has two quotas here: give one")
        seen.add(region)
        if not region.startswith(f"{province_code}."):
            raise QuotaOutsideProvince(f"{region} does not lie in {province_code}: leave it out")


def amend_programme(
    programme_id: ProgrammeId,
    quotas: Sequence[Quota],
    *,
    members: dict[str, int],
    cause: Cause,
    officer: str,
    now: datetime,
) -> ProgrammeAmended:
    """Set quotas anew; regions that are not named keep theirs. Raises: QuotaBelowMembers.

    `members` are the members that each region has.
    """
    for quota in quotas:
        if quota.heads < members.get(quota.region_code, 0):
            raise QuotaBelowMembers(
                f"{quota.region_code} has {members[quota.region_code]} members: "
                "give at least as many"
            )
    return ProgrammeAmended(
        **cause.stamp("amend-programme", at=now),
        programme_id=programme_id,
        quotas=tuple(quotas),
        amended_by=officer,
    )
