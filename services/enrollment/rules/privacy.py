"""What members ask about their own data: taken down with a clock, answered by another person.

UU 27/2022: the answer is due in 3 x 24 hours (art. 30 and 32). Rights do not hold where social
security is administered after a law (art. 15(1)c); then the refusal names that law, on record.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar, NamedTuple
from uuid import UUID

from chassis.local_time import local_day
from contracts.enrollment import (
    CoverageEnded,
    DataRequestAnswered,
    DataRequestKind,
    DataRequestOutcome,
    DataRequestReceived,
    WorkerErased,
)
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from contracts.sealed import Sealed
from contracts.types import WorkerId
from services.enrollment.rules import cover
from services.enrollment.rules.cover import Ending
from services.enrollment.rules.retention import Held, last_to_end, reasons_to_keep
from services.enrollment.rules.second_person import check_second_person

ANSWERED_WITHIN = timedelta(hours=72)
ACCESS_GROUND = "UU 27/2022 Pasal 7 dan Pasal 32"
_SOCIAL_SECURITY = "UU 27/2022 Pasal 15 ayat (1) huruf c"
_NEVER_NEEDED = "UU 27/2022 Pasal 43 ayat (1) huruf a"
_ERASED = "UU 27/2022 Pasal 43"
_TIME_OVER = "UU 27/2022 Pasal 44 ayat (1)"


class DataRequestDecided(Refused):
    """A request is answered once."""

    slug, status, retryable = "data-request-answered", 409, False


class ErasureNotAllowed(Refused):
    """The law wants these data kept: the request to erase can only be refused."""

    slug, status, retryable = "erasure-not-allowed", 409, False
    legal_ground: ClassVar[str] = _SOCIAL_SECURITY

    def __init__(self, detail: str, *, reason: str, until: date | None = None) -> None:
        super().__init__(f"{detail}: answer `refused`")
        self.reason = reason
        """What the member is told, in Indonesian."""
        self.until = until


class ErasureClaimOpen(ErasureNotAllowed):
    """A claim about the person is being worked on."""

    slug = "erasure-not-allowed-claim-open"


class ErasureMembershipInForce(ErasureNotAllowed):
    """The person is a member."""

    slug = "erasure-not-allowed-membership-in-force"


class ErasureRetentionRuns(ErasureNotAllowed):
    """A law asks that the data be kept for longer."""

    slug = "erasure-not-allowed-retention-runs"


class LegalAnswer(NamedTuple):
    """The answer that the law asks for; a person gives it."""

    outcome: DataRequestOutcome
    legal_ground: str
    reason: str
    """What the member is told, in Indonesian."""
    until: date | None = None
    """The last day on which the data have to be kept, where it is known."""


class Decision(NamedTuple):
    """What somebody answers to a member."""

    outcome: DataRequestOutcome
    legal_ground: str
    reason: str


@dataclass(frozen=True)
class Wish:
    """What a member asks for; for a correction, the fields and what they should say, sealed."""

    kind: DataRequestKind
    fields: tuple[str, ...] = ()
    wanted: Sealed | None = None


@dataclass(frozen=True)
class Waiting:
    """A request that somebody wants to answer."""

    request_id: UUID
    worker_id: WorkerId
    kind: DataRequestKind
    received_by: str
    answered: bool

    def check_answerable(self, *, by: str) -> None:
        """Raises: DataRequestDecided, MakerIsChecker."""
        if self.answered:
            raise DataRequestDecided("this request was answered before: see its outcome")
        check_second_person(first=self.received_by, second=by, what="took this request down")


@dataclass(frozen=True)
class Standing:
    """What decides whether somebody may be erased."""

    open_claims: int
    in_force: int
    """Memberships under which the person is covered, or would be again by paying."""
    held: Held


def receive(
    worker_id: UUID, wish: Wish, *, cause: Cause, officer: str, now: datetime
) -> DataRequestReceived:
    """Take down what a member asks for; the 72 hours begin."""
    return DataRequestReceived(
        **cause.stamp("receive-data-request", at=now),
        request_id=derived_id(cause.cause_id, "data-request"),
        worker_id=WorkerId(worker_id),
        kind=wish.kind,
        due_at=now + ANSWERED_WITHIN,
        fields=wish.fields,
        wanted=wish.wanted,
        received_by=officer,
    )


def answer(
    waiting: Waiting, decision: Decision, *, cause: Cause, officer: str, now: datetime
) -> DataRequestAnswered:
    """Answer a request, as another person. Raises: DataRequestDecided, MakerIsChecker."""
    waiting.check_answerable(by=officer)
    return _answered(waiting, decision, cause=cause, officer=officer, now=now)


def hand_out(waiting: Waiting, *, cause: Cause, officer: str, now: datetime) -> DataRequestAnswered:
    """The member was given the access report. That is no decision, so it takes no second person."""
    given = Decision("granted", ACCESS_GROUND, "laporan akses diserahkan kepada peserta")
    return _answered(waiting, given, cause=cause, officer=officer, now=now)


def check_erasable(standing: Standing, *, now: datetime) -> None:
    """Raises the ErasureNotAllowed that says why the data have to be kept."""
    if standing.open_claims:
        raise ErasureClaimOpen(
            "a claim about this person is open",
            reason="Klaim atas nama Anda masih diproses; data diperlukan sampai klaim selesai.",
        )
    if standing.in_force:
        raise ErasureMembershipInForce(
            "this person is a member",
            reason="Anda masih terdaftar sebagai peserta; data diperlukan selama perlindungan "
            "berjalan.",
        )
    today = local_day(now)
    kept = last_to_end(reasons_to_keep(standing.held, on=today), on=today)
    if kept is not None:
        until = kept.destroy_after
        raise ErasureRetentionRuns(
            f"{kept.rule.source} asks that the data be kept until {until}",
            reason=f"Data wajib disimpan sampai {until:%d-%m-%Y} ({kept.rule.source})."
            if until
            else f"Data wajib disimpan ({kept.rule.source}).",
            until=until,
        )


def erasure_answer(standing: Standing, *, now: datetime) -> LegalAnswer:
    """The answer that the law asks for when somebody wants to be erased."""
    try:
        check_erasable(standing, now=now)
    except ErasureNotAllowed as kept:
        return LegalAnswer("refused", kept.legal_ground, kept.reason, kept.until)
    if reasons_to_keep(standing.held, on=local_day(now)):
        return LegalAnswer("granted", _TIME_OVER, "Masa penyimpanan data sudah berakhir.")
    return LegalAnswer("granted", _NEVER_NEEDED, "Data tidak pernah dipakai dan tidak diperlukan.")


def erase(waiting: Waiting, *, cause: Cause, officer: str, now: datetime) -> WorkerErased:
    """Destroy the key to a worker's data."""
    return WorkerErased(
        **cause.stamp("erase-worker", at=now),
        worker_id=waiting.worker_id,
        request_id=waiting.request_id,
        erased_by=officer,
    )


def close_with_erasure(
    others: Iterable[Waiting], *, cause: Cause, officer: str, now: datetime
) -> Iterator[DataRequestAnswered]:
    """Answer what else waits about somebody who is erased: nothing is left to decide."""
    for each in others:
        outcome: DataRequestOutcome = "granted" if each.kind == "erasure" else "refused"
        done = Decision(outcome, _ERASED, "data sudah dihapus atas permintaan peserta")
        step = Cause(derived_id(cause.cause_id, f"close {each.request_id}"), cause.correlation_id)
        yield _answered(each, done, cause=step, officer=officer, now=now)


def give_up_places(
    endings: Iterable[Ending], *, cause: Cause, officer: str, now: datetime
) -> Iterator[CoverageEnded]:
    """End the memberships of somebody who is erased: nobody can be billed for who is unknown."""
    gone = cover.Decision("withdrawal", local_day(now), "erased at the member's request")
    for ending in endings:
        yield cover.end(ending, gone, cause=cause, by=officer, now=now)


def _answered(
    waiting: Waiting, decision: Decision, *, cause: Cause, officer: str, now: datetime
) -> DataRequestAnswered:
    return DataRequestAnswered(
        **cause.stamp("answer-data-request", at=now),
        request_id=waiting.request_id,
        worker_id=waiting.worker_id,
        kind=waiting.kind,
        outcome=decision.outcome,
        legal_ground=decision.legal_ground,
        reason=decision.reason,
        answered_by=officer,
    )
