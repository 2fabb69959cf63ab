"""Payout slips: the last one issued of a settled payout is good, once."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.local_time import WITA
from contracts.banking import SlipHonored, SlipIssued
from contracts.claims import Benefit
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from contracts.types import ClaimId, PayoutId, WorkerId

SLIPS_MAX = 50
"""Of one payout: whoever prints more has another trouble than a lost paper."""


class PayoutNotSettled(Refused):
    """A slip says that the payee has the money: there is none before that."""

    slug, status, retryable = "payout-not-settled", 409, True


class SlipAlreadyHonored(Refused):
    """A branch took a slip of this payout before."""

    slug, status, retryable = "slip-already-honored", 409, False


class SlipSuperseded(Refused):
    """Another slip was issued after this one."""

    slug, status, retryable = "slip-superseded", 409, False


class SlipUnknown(Refused):
    """The slip is signed by us, and our book has no such slip."""

    slug, status, retryable = "slip-unknown", 404, False


class SlipNotIssued(Refused):
    """Nobody issued a slip of this payout yet."""

    slug, status, retryable = "slip-not-issued", 404, True


class SlipsExhausted(Refused):
    """Too many slips of one payout were issued."""

    slug, status, retryable = "slips-exhausted", 409, False


class PaidOut(NamedTuple):
    """A payout, as far as its slip tells of it."""

    payout_id: PayoutId
    claim_id: ClaimId
    worker_id: WorkerId
    payee_id: UUID
    benefit: Benefit
    amount: int
    state: str
    finished_at: datetime | None


class IssuedSlip(NamedTuple):
    """A slip that was issued, and what became of it."""

    slip_id: UUID
    number: int
    issued_by: str
    issued_at: datetime
    branch: str | None
    honored_by: str | None
    honored_at: datetime | None


class SlipClaims(NamedTuple):
    """What the code of a slip says."""

    payout_id: UUID
    slip_id: UUID
    amount: int


def check_settled(payout: PaidOut) -> None:
    """Raises: PayoutNotSettled."""
    if payout.state != "settled":
        raise PayoutNotSettled(
            f"Payout {payout.payout_id} is {payout.state}: a slip is issued once it is settled."
        )


def issue(
    payout: PaidOut, slips: Sequence[IssuedSlip], *, officer: str, cause: Cause, now: datetime
) -> SlipIssued:
    """Issue a slip: from now on those before it, in `slips`, count no longer.

    Raises: PayoutNotSettled, SlipAlreadyHonored, SlipsExhausted.
    """
    check_settled(payout)
    _check_not_honored(slips)
    if len(slips) >= SLIPS_MAX:
        raise SlipsExhausted(
            f"{SLIPS_MAX} slips of payout {payout.payout_id} were issued: print the last one again."
        )
    return SlipIssued(
        **cause.stamp(f"slip {payout.payout_id}", at=now),
        payout_id=payout.payout_id,
        claim_id=payout.claim_id,
        worker_id=payout.worker_id,
        slip_id=derived_id(cause.cause_id, f"slip id {payout.payout_id}"),
        number=len(slips) + 1,
        issued_by=officer,
    )


def last(slips: Sequence[IssuedSlip], payout_id: UUID) -> IssuedSlip:
    """The one that counts, of all in the order of their issue. Raises: SlipNotIssued."""
    if not slips:
        raise SlipNotIssued(f"Issue it first: POST /payouts/{payout_id}/slip")
    return slips[-1]


def check_shown(shown: SlipClaims, payout: PaidOut | None, slips: Sequence[IssuedSlip]) -> PaidOut:
    """The payout whose last slip is shown, and was not honored yet.

    The caller holds the payout's lock: nobody issues or honors a slip of it meanwhile.
    Raises: SlipUnknown, SlipAlreadyHonored, SlipSuperseded.
    """
    ids = [each.slip_id for each in slips]
    if payout is None or payout.amount != shown.amount or shown.slip_id not in ids:
        raise SlipUnknown(
            f"Our book has no slip {shown.slip_id} like this one: keep the paper, pay nothing, "
            "and tell whoever runs the system."
        )
    _check_not_honored(slips)
    if shown.slip_id != ids[-1]:
        raise SlipSuperseded(
            f"Another slip of this payout was issued by {slips[-1].issued_by} on "
            f"{_when(slips[-1].issued_at)}: take only that one."
        )
    return payout


def honor(
    payout: PaidOut, slip: IssuedSlip, *, branch: str, officer: str, cause: Cause, now: datetime
) -> SlipHonored:
    """Take a slip that was checked: no branch takes it, or another of the same payout, again."""
    return SlipHonored(
        **cause.stamp(f"honor {slip.slip_id}", at=now),
        payout_id=payout.payout_id,
        claim_id=payout.claim_id,
        worker_id=payout.worker_id,
        slip_id=slip.slip_id,
        branch=branch,
        honored_by=officer,
    )


def _check_not_honored(slips: Sequence[IssuedSlip]) -> None:
    for each in slips:
        if each.honored_at is not None:
            raise SlipAlreadyHonored(
                f"A slip of this payout was honored on {_when(each.honored_at)} at {each.branch} "
                f"by {each.honored_by}: pay nothing on this one."
            )


def _when(at: datetime) -> str:
    return f"{at.astimezone(WITA):%Y-%m-%d %H:%M} WITA"
