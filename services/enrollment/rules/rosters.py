"""Rosters: what is recorded when one is received, validated, decided, worked through."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal, NamedTuple
from uuid import UUID

from contracts.enrollment import (
    MembershipRenewed,
    RosterApproved,
    RosterProcessed,
    RosterRejected,
    RosterValidated,
    WorkerEnrolled,
    WorkerReplaced,
)
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from contracts.sealed import Sealed
from contracts.types import ProgrammeId, RosterId, WorkerId
from services.enrollment.rules.intake import Admitted
from services.enrollment.rules.second_person import check_second_person

RosterState = Literal["received", "validated", "approved", "rejected", "processed"]
"""`received`: rows are being checked; `validated`: waits for a second person; `approved`: rows are
becoming members; `processed`: done."""


class RosterNotValidated(Refused):
    """A roster is decided when every row has its verdict."""

    slug, status, retryable = "roster-not-validated", 409, True


class RosterDecided(Refused):
    """A roster is decided once."""

    slug, status, retryable = "roster-decided", 409, False


class PlaceUnknown(Refused):
    """Nobody by this id had a place in the programme."""

    slug, status, retryable = "place-unknown", 404, False


class PlaceNotFree(Refused):
    """Whoever has the place keeps it until the membership ends."""

    slug, status, retryable = "place-not-free", 409, False


class PlaceTaken(Refused):
    """A place is given on once."""

    slug, status, retryable = "place-taken", 409, False


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
        check_second_person(first=self.received_by, second=by, what="sent this roster")
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


def worker_id_of(roster_id: UUID, row_number: int) -> WorkerId:
    """The id of the worker that a row becomes."""
    return WorkerId(derived_id(roster_id, f"row {row_number}"))


@dataclass(frozen=True)
class Place:
    """Where a row stands: its roster and its number in it."""

    lineage: Lineage
    row_number: int

    @cached_property
    def worker_id(self) -> WorkerId:
        """The id of the worker that this row becomes."""
        return worker_id_of(self.lineage.roster_id, self.row_number)


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
    row, reserved = admitted.row, admitted.reserved
    return WorkerEnrolled(
        **place.lineage.cause.stamp(f"enroll row {place.row_number}", at=now),
        worker_id=place.worker_id,
        programme_id=place.lineage.programme_id,
        roster_id=place.lineage.roster_id,
        village_code=row.village_code,
        first_month=reserved.first_month,
        last_month=reserved.last_month,
        reserved=reserved.amount,
        has_ktp=row.has_ktp,
        has_kk=row.has_kk,
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
        village_code=admitted.row.village_code,
        first_month=admitted.reserved.first_month,
        last_month=admitted.reserved.last_month,
        reserved=admitted.reserved.amount,
    )


class Leaving(NamedTuple):
    """A worker whose place somebody else is to take."""

    ended: bool
    replaced: bool
    """Somebody has the place."""
    waited_for: bool
    """Somebody is proposed for it and was not decided about."""

    @property
    def is_free(self) -> bool:
        """Whether the place can be given on."""
        return self.ended and not self.replaced


def check_replaceable(leaving: Leaving | None) -> None:
    """Raises: PlaceUnknown, PlaceNotFree, PlaceTaken."""
    if leaving is None:
        raise PlaceUnknown("nobody in your area left this programme by that id: see free places")
    if not leaving.ended:
        raise PlaceNotFree("the membership of that worker goes on: end it first")
    if leaving.replaced or leaving.waited_for:
        raise PlaceTaken("somebody else has that place or waits for it: see free places")


def replace(lineage: Lineage, left: WorkerId, *, by: WorkerId, now: datetime) -> WorkerReplaced:
    """Another worker has the place: a new membership with its own start, number and months."""
    return WorkerReplaced(
        **lineage.cause.stamp(f"replace {left}", at=now),
        worker_id=left,
        programme_id=lineage.programme_id,
        replaced_by=by,
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
    """The same file for the same region is the same roster; after so many ends it is the next."""
    again = f" {turn}" if turn else ""
    return RosterId(derived_id(programme_id, f"roster {region_code} {sha256}{again}"))
