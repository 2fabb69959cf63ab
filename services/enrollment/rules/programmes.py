"""Programmes, and how many members their quotas and their money still carry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from contracts.enrollment import ProgrammeAmended, ProgrammeClosed, ProgrammeOpened, Quota
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from contracts.types import ProgrammeId
from services.enrollment.rules.months import months_between
from services.enrollment.rules.tariffs import TariffKey, programme_tariff, tariff

TARIFF = tariff(TariffKey("apbd"), "2025-07")
"""What a month of a programme costs that a budget of the state pays, at the lowest tier."""


class ProgrammeMonthsReversed(Refused):
    """The last month of a programme lies before its first."""

    slug, status, retryable = "programme-months-reversed", 422, False


class QuotaBelowMembers(Refused):
    """A quota may not be set below the members that a region has."""

    slug, status, retryable = "quota-below-members", 409, False


class CeilingBelowPromises(Refused):
    """A ceiling may not be set below what was promised."""

    slug, status, retryable = "ceiling-below-promises", 409, False


class NothingToChange(Refused):
    """An amendment names nothing."""

    slug, status, retryable = "nothing-to-change", 422, False


class ProgrammeIsClosed(Refused):
    """A programme is closed once, and takes no new members then."""

    slug, status, retryable = "programme-closed", 409, False


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
    renews: ProgrammeId | None = None
    """The programme whose members it carries on."""


class Reservation(NamedTuple):
    """The months that a member is covered for, and the rupiah put aside for them."""

    first_month: str
    last_month: str
    amount: int


Exhausted = Literal["programme-over", "programme-closed", "quota-exhausted", "budget-exhausted"]


@dataclass
class Capacity:
    """What is left of a programme while a run of rows is decided.

    The caller holds the lock on the programme: nobody else decides meanwhile.
    """

    first_month: str
    last_month: str
    places: dict[str, int]
    """Members that the quota of each kabupaten or kota still carries."""
    money: int
    """Rupiah of the ceiling that nothing was promised from."""
    month: int = TARIFF.month
    """What a month of one member costs."""
    closed: bool = False

    def months(self, *, this_month: str) -> tuple[str, int]:
        """The first month that a new member is promised, and how many there are."""
        first_month = max(this_month, self.first_month)
        return first_month, months_between(first_month, self.last_month)

    def cost(self, _first_month: str, months: int) -> int:
        """Rupiah of so many months of one member, from that one on."""
        return months * self.month

    def reserve(self, *, region_code: str, this_month: str) -> Reservation | Exhausted:
        """Take a place and the money for the months from this one on, or say why not.

        A commitment is made only for money that is there (PP 12/2019 art. 124(1)).
        """
        first_month, months = self.months(this_month=this_month)
        amount = self.cost(first_month, months)
        if self.closed:
            return "programme-closed"
        if amount == 0:
            return "programme-over"
        if self.places.get(region_code, 0) < 1:
            return "quota-exhausted"
        if self.money < amount:
            return "budget-exhausted"
        self.places[region_code] -= 1
        self.money -= amount
        return Reservation(first_month, self.last_month, amount)

    def spend(self, *, region_code: str, heads: int, this_month: str) -> None:
        """Take out what rows before these would reserve."""
        _, months = self.months(this_month=this_month)
        self.places[region_code] = self.places.get(region_code, 0) - heads
        self.money -= heads * months * self.month


class Forecast(NamedTuple):
    """What is left of a programme, in months and members; what was asked about, in rupiah."""

    months_left: int
    members_carried: int
    months: int | None
    cost: int | None
    carried: bool | None
    months_carried: int | None


def forecast(
    capacity: Capacity, *, this_month: str, heads: int | None, months: int | None
) -> Forecast:
    """How many more members the money carries to the programme's end, and whether it carries
    `heads` for `months` (else to its end).

    Rp20,000,000,000 carry exactly 99,206 memberships of twelve months (domain 8).
    """
    _, months_left = capacity.months(this_month=this_month)
    full = months_left * capacity.month
    asked = months_left if months is None else months
    cost = None if heads is None else heads * asked * capacity.month
    return Forecast(
        months_left=months_left,
        members_carried=capacity.money // full if full else 0,
        months=None if heads is None else asked,
        cost=cost,
        carried=None if cost is None else cost <= capacity.money,
        months_carried=None if heads is None else capacity.money // (heads * capacity.month),
    )


def open_programme(
    terms: ProgrammeTerms, *, cause: Cause, officer: str, now: datetime
) -> ProgrammeOpened:
    """Open a programme.

    Raises: ProgrammeMonthsReversed, QuotaNamedTwice, QuotaOutsideProvince, TariffUnknown,
    TariffUnverified.
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
        tariff=programme_tariff("apbd", first_month=terms.first_month, last_month=terms.last_month),
        quotas=tuple(terms.quotas),
        opened_by=officer,
        renews=terms.renews,
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


class Change(NamedTuple):
    """What a province wants changed; None and absent regions stay as they are."""

    quotas: Sequence[Quota] = ()
    ceiling: int | None = None
    legal_basis: str | None = None


class Promised(NamedTuple):
    """What was promised: members of each region, and rupiah in all."""

    members: Mapping[str, int]
    reserved: int


def amend_programme(
    programme_id: ProgrammeId,
    change: Change,
    *,
    promised: Promised,
    cause: Cause,
    officer: str,
    now: datetime,
) -> ProgrammeAmended:
    """Change what is named. Raises: NothingToChange, QuotaBelowMembers, CeilingBelowPromises."""
    members, reserved = promised
    if not change.quotas and change.ceiling is None and change.legal_basis is None:
        raise NothingToChange("name what is to change: quotas, ceiling or legal_basis")
    for quota in change.quotas:
        if quota.heads < members.get(quota.region_code, 0):
            raise QuotaBelowMembers(
                f"{quota.region_code} has {members[quota.region_code]} members: "
                "give at least as many"
            )
    if change.ceiling is not None and change.ceiling < reserved:
        raise CeilingBelowPromises(f"Rp{reserved:,} were promised: give at least as much")
    return ProgrammeAmended(
        **cause.stamp("amend-programme", at=now),
        programme_id=programme_id,
        quotas=tuple(change.quotas),
        ceiling=change.ceiling,
        legal_basis=change.legal_basis,
        amended_by=officer,
    )


def close_programme(
    programme_id: ProgrammeId, *, closed: bool, reason: str, cause: Cause, officer: str,
    now: datetime,
) -> ProgrammeClosed:  # fmt: skip
    """Take no new members from now on. Raises: ProgrammeIsClosed."""
    if closed:
        raise ProgrammeIsClosed("this programme was closed before: it takes no new members")
    return ProgrammeClosed(
        **cause.stamp("close-programme", at=now),
        programme_id=programme_id,
        reason=reason,
        closed_by=officer,
    )
