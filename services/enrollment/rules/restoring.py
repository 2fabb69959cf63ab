"""A death was reported wrongly: the cover that it ended goes on as if it had not been ended."""

from datetime import datetime
from typing import NamedTuple

from contracts.claims import ClaimRejected
from contracts.enrollment import CoverageRestored
from contracts.types import ClaimId, ProgrammeId, WorkerId
from services.enrollment.rules.months import months_later
from services.enrollment.rules.reactivation import Purse


class EndedForDeath(NamedTuple):
    """A membership that ended because a death was verified."""

    worker_id: WorkerId
    programme_id: ProgrammeId
    region_code: str
    claim_id: ClaimId
    released: int
    """Rupiah for months that were not billed; nothing, where the cover had lapsed before."""


def restore(
    rejected: ClaimRejected, ended: EndedForDeath, purse: Purse, *, now: datetime
) -> CoverageRestored:
    """Let the membership go on, and put aside again what its end gave back, as far as the
    programme's money still carries it. The place is given back even where it was given away: the
    member never left it.
    """
    months = purse.take_months(ended.released // purse.month)
    return CoverageRestored(
        **rejected.cause.stamp(f"restore-cover {ended.programme_id}", at=now),
        worker_id=ended.worker_id,
        programme_id=ended.programme_id,
        region_code=ended.region_code,
        claim_id=ended.claim_id,
        reserved=months * purse.month,
    )


def promised_to(last_month: str, *, released: int, reserved: int, month: int) -> str:
    """The last month that is promised when only so much was put aside again: the months that the
    money does not carry are those at the end. `month` is what one costs, in rupiah."""
    if released == reserved:
        return last_month
    return months_later(last_month, -((released - reserved) // month))
