"""Rosters: what is recorded when one is received, validated, decided, worked through."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from contracts.enrollment import (
    MembershipRenewed,
    RosterApproved,
    RosterProcessed,
    RosterRejected,
    RosterValidated,
    WorkerEnrolled,
)
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from contracts.sealed import Sealed
from contracts.types import ProgrammeId, RosterId, WorkerId
from services.enrollment.rules.intake import Admitted


class RosterNotValidated(Refused):
    """A roster is decided when every row has its verdict."""

    slug, status, retryable = "roster-not-validated", 409, True


class RosterDecided(Refused):
    """A roster is decided once."""

    slug, status, retryable = "roster-decided", 409, False


class MakerIsChecker(Refused):
    """Whoever sent a roster may not decide about it."""

    slug, status, retryable = "maker-is-checker", 403, False


@dataclass(frozen=True)
class Waiting:
    """A roster that somebody wants to decide about."""

    roster_id: RosterId
    programme_id: ProgrammeId
    received_by: str
    validated: bool
    decided: bool

    def check_decidable(self, *, by: str) -> None:
        """Raises: RosterNotValidated, RosterDecided, MakerIsChecker."""
        if by == self.received_by:
            raise MakerIsChecker("you sent this roster: another person has to decide")
        if self.decided:
            raise RosterDecided("this roster was decided before: see its state")
        if not self.validated:
            raise RosterNotValidated("rows are still being checked: wait until it is validated")


@dataclass(frozen=True)
class Lineage:
    """Which roster, and the command that sent it: the cause of all that comes of it."""

    roster_id: RosterId
    programme_id: ProgrammeId
    cause: Cause


@dataclass(frozen=True)
class Place:
    """Where a row stands: its roster and its number in it."""

    lineage: Lineage
    row_number: int

    @cached_property
    def worker_id(self) -> WorkerId:
        """The id of the worker that this row becomes."""
        return WorkerId(derived_id(self.lineage.roster_id, f"row {self.row_number}"))


def validated(
    lineage: Lineage, *, fit: int, refused: Mapping[str, int], warned: Mapping[str, int],
    amount: int, now: datetime,
) -> RosterValidated:  # fmt: skip
    """Every row has its verdict."""
    return RosterValidated(
        **lineage.cause.stamp("validate-roster", at=now),
        roster_id=lineage.roster_id,
        programme_id=lineage.programme_id,
        fit=fit,
        refused=dict(refused),
        warned=dict(warned),
        amount=amount,
    )


def approve(
    waiting: Waiting, *, left_out: int, cause: Cause, by: str, now: datetime
) -> RosterApproved:
    """Let the fit rows become members.

    Raises: RosterNotValidated, RosterDecided, MakerIsChecker.
    """
    waiting.check_decidable(by=by)
    return RosterApproved(
        **cause.stamp("approve-roster", at=now),
        roster_id=waiting.roster_id,
        programme_id=waiting.programme_id,
        approved_by=by,
        left_out=left_out,
    )


def reject(
    waiting: Waiting, *, reason: str, cause: Cause, by: str, now: datetime
) -> RosterRejected:
    """Send it back as a whole. Raises: RosterNotValidated, RosterDecided, MakerIsChecker."""
    waiting.check_decidable(by=by)
    return RosterRejected(
        **cause.stamp("reject-roster", at=now),
        roster_id=waiting.roster_id,
        programme_id=waiting.programme_id,
        rejected_by=by,
        reason=reason,
    )


def enroll(
    place: Place, admitted: Admitted, identity: Sealed, *, warnings: tuple[str, ...], now: datetime
) -> WorkerEnrolled:
    """Take a worker in for the months that were reserved."""
    who, reserved = admitted.row.who, admitted.reserved
    return WorkerEnrolled(
        **place.lineage.cause.stamp(f"enroll row {place.row_number}", at=now),
        worker_id=place.worker_id,
        programme_id=place.lineage.programme_id,
        roster_id=place.lineage.roster_id,
        village_code=who.village_code,
        first_month=reserved.first_month,
        last_month=reserved.last_month,
        reserved=reserved.amount,
        has_ktp=who.has_ktp,
        has_kk=who.has_kk,
        identity=identity,
        warnings=warnings,
    )


def take_in_again(place: Place, admitted: Admitted, *, now: datetime) -> MembershipRenewed:
    """Take in a worker who was a member before: the same person, number and account."""
    assert admitted.known is not None  # noqa: S101  (the caller asked)
    return MembershipRenewed(
        **place.lineage.cause.stamp(f"enroll row {place.row_number}", at=now),
        worker_id=WorkerId(admitted.known.worker_id),
        programme_id=place.lineage.programme_id,
        renews=ProgrammeId(admitted.known.programme_id),
        roster_id=place.lineage.roster_id,
        village_code=admitted.row.who.village_code,
        first_month=admitted.reserved.first_month,
        last_month=admitted.reserved.last_month,
        reserved=admitted.reserved.amount,
    )


def processed(
    lineage: Lineage, *, enrolled: int, refused: Mapping[str, int], now: datetime
) -> RosterProcessed:
    """Every row became a member or was refused."""
    return RosterProcessed(
        **lineage.cause.stamp("process-roster", at=now),
        roster_id=lineage.roster_id,
        programme_id=lineage.programme_id,
        enrolled=enrolled,
        refused=dict(refused),
    )


def roster_id_of(programme_id: UUID, *, region_code: str, sha256: str, turn: int) -> RosterId:
    """The same file for the same region is the same roster; after a rejection it is the next."""
    again = f" {turn}" if turn else ""
    return RosterId(derived_id(programme_id, f"roster {region_code} {sha256}{again}"))
