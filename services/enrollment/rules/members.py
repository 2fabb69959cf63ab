"""Taking workers in, billing and paying their months, their cards, the end of their cover."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from contracts.banking import AccountOpened
from contracts.claims import ClaimVerified
from contracts.enrollment import (
    AccountLinked,
    CardDelivered,
    CardPrinted,
    ContributionBilled,
    ContributionPaid,
    CoverageEnded,
    InvoiceIssued,
    MembershipActivated,
    WorkerEnrolled,
)
from contracts.event import Cause, Event, derived_id
from contracts.refusal import Refused
from contracts.sealed import Sealed
from contracts.types import InvoiceId, ProgrammeId, RosterId, WorkerId
from services.enrollment.rules.applicants import Applicant
from services.enrollment.rules.months import due_on, local_day, month_of
from services.enrollment.rules.programmes import Reservation

KPJ_FIRST = 25_000_000_001
"""Member numbers have eleven characters and no known check digit; this range is ours."""


class MonthOutsideProgramme(Refused):
    """The programme does not pay for this month."""

    slug, status, retryable = "month-outside-programme", 422, False


class MonthNotBegun(Refused):
    """A month is billed from its first day on."""

    slug, status, retryable = "month-not-begun", 409, True


@dataclass(frozen=True)
class Place:
    """Where a row stands: its roster and its number in it."""

    programme_id: ProgrammeId
    roster_id: RosterId
    row_number: int
    cause: Cause

    @cached_property
    def worker_id(self) -> WorkerId:
        """The id of the worker that this row becomes."""
        return WorkerId(derived_id(self.roster_id, f"row {self.row_number}"))


class Month(NamedTuple):
    """A member's month on an invoice."""

    worker_id: WorkerId
    programme_id: ProgrammeId
    month: str
    amount: int


@dataclass(frozen=True)
class BillingTerms:
    """What billing a month needs to know of the programme."""

    programme_id: ProgrammeId
    first_month: str
    last_month: str
    contribution: int


@dataclass(frozen=True)
class Cover:
    """A membership and how much of what was reserved for it has been billed."""

    worker_id: WorkerId
    programme_id: ProgrammeId
    district_code: str
    reserved: int
    billed: int


def enroll(
    place: Place, who: Applicant, identity: Sealed, *, reserved: Reservation, now: datetime
) -> WorkerEnrolled:
    """Take a worker in for the months that were reserved."""
    return WorkerEnrolled(
        **place.cause.stamp(f"enroll row {place.row_number}", at=now),
        worker_id=place.worker_id,
        programme_id=place.programme_id,
        roster_id=place.roster_id,
        village_code=who.village_code,
        first_month=reserved.first_month,
        last_month=reserved.last_month,
        reserved=reserved.amount,
        has_ktp=who.has_ktp,
        has_kk=who.has_kk,
        identity=identity,
    )


def bill(
    terms: BillingTerms,
    month: str,
    district_code: str,
    members: Sequence[WorkerId],
    *,
    cause: Cause,
    now: datetime,
) -> Iterator[Event]:
    """Put the month of each of these members on one invoice; no members, no invoice.

    Raises: MonthOutsideProgramme, MonthNotBegun.
    """
    if not terms.first_month <= month <= terms.last_month:
        raise MonthOutsideProgramme(
            f"the programme pays {terms.first_month} to {terms.last_month}, not {month}"
        )
    if month > month_of(local_day(now)):
        raise MonthNotBegun(f"{month} has not begun: bill it from its first day on")
    if not members:
        return
    invoice_id = InvoiceId(derived_id(cause.cause_id, f"invoice {month} {district_code}"))
    for worker_id in members:
        yield ContributionBilled(
            **cause.stamp(f"bill {month} {worker_id}", at=now),
            worker_id=worker_id,
            programme_id=terms.programme_id,
            invoice_id=invoice_id,
            month=month,
            amount=terms.contribution,
        )
    yield InvoiceIssued(
        **cause.stamp(f"invoice {month} {district_code}", at=now),
        invoice_id=invoice_id,
        programme_id=terms.programme_id,
        month=month,
        district_code=district_code,
        heads=len(members),
        amount=len(members) * terms.contribution,
        due_on=due_on(month),
    )


def pay(
    months: Iterable[Month], *, invoice_id: UUID, cause: Cause, now: datetime
) -> Iterator[Event]:
    """The invoice was paid: so was each month on it."""
    for month in months:
        yield ContributionPaid(
            **cause.stamp(f"pay {month.worker_id}", at=now),
            worker_id=month.worker_id,
            programme_id=month.programme_id,
            invoice_id=InvoiceId(invoice_id),
            month=month.month,
            amount=month.amount,
        )


def activate(
    months: Iterable[Month], *, kpj_last: int, cause: Cause, now: datetime
) -> Iterator[Event]:
    """Give each of these members a number: cover begins when it is issued, which the first full
    payment allows (PP 44/2015 art. 11(4)(5)). `kpj_last` is the highest number given so far.
    """
    for place, month in enumerate(months, start=1):
        yield MembershipActivated(
            **cause.stamp(f"activate {month.worker_id}", at=now),
            worker_id=month.worker_id,
            programme_id=month.programme_id,
            kpj=str(kpj_last + place),
            covered_from=now,
        )


def print_cards(
    members: Iterable[WorkerId], programme_id: ProgrammeId, *, cause: Cause, officer: str,
    now: datetime,
) -> Iterator[Event]:  # fmt: skip
    """Print the card of each of these members."""
    for worker_id in members:
        yield CardPrinted(
            **cause.stamp(f"print {worker_id}", at=now),
            worker_id=worker_id, programme_id=programme_id, printed_by=officer,
        )  # fmt: skip


def deliver_cards(
    members: Iterable[WorkerId], programme_id: ProgrammeId, *, cause: Cause, officer: str,
    now: datetime,
) -> Iterator[Event]:  # fmt: skip
    """Hand the card of each of these members over."""
    for worker_id in members:
        yield CardDelivered(
            **cause.stamp(f"deliver {worker_id}", at=now),
            worker_id=worker_id, programme_id=programme_id, delivered_by=officer,
        )  # fmt: skip


def link(opened: AccountOpened, *, now: datetime) -> AccountLinked:
    """The member's account is known."""
    return AccountLinked(
        **opened.cause.stamp("link-account", at=now),
        worker_id=WorkerId(opened.holder_id),
        account_id=opened.account_id,
    )


def end_for_death(verified: ClaimVerified, cover: Cover, *, now: datetime) -> CoverageEnded:
    """End the cover of a member who died; what was reserved and not billed is free again.

    Nobody bills the dead: the audit findings that this prevents are in domain 7.2.
    """
    return CoverageEnded(
        **verified.cause.stamp(f"end-cover {cover.programme_id}", at=now),
        worker_id=cover.worker_id,
        programme_id=cover.programme_id,
        region_code=region_of(cover.district_code),
        reason="death",
        ended_on=verified.died_on,
        released=cover.reserved - cover.billed,
        claim_id=verified.claim_id,
    )


def region_of(code: str) -> str:
    """The kabupaten or kota of a kecamatan or village: quotas and commitments are kept by it."""
    return code[:5]


def district_of(village_code: str) -> str:
    """The kecamatan of a village."""
    return village_code[:8]
