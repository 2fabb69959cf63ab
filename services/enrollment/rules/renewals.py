"""A programme is renewed: its members go on in the next one, as far as that one carries them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from chassis.local_time import local_day
from contracts.enrollment import MembershipRenewed
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.types import ProgrammeId, WorkerId
from services.enrollment.rules.months import month_of
from services.enrollment.rules.places import region_of
from services.enrollment.rules.programmes import Capacity


class RenewalOverlaps(Refused):
    """The next programme begins when the one before is over."""

    slug, status, retryable = "renewal-overlaps", 422, False


class ProgrammeRenewed(Refused):
    """A programme is renewed once."""

    slug, status, retryable = "programme-renewed", 409, False


class Renewal(NamedTuple):
    """The next programme, and the event that opened it."""

    programme_id: ProgrammeId
    renews: ProgrammeId
    cause: Cause


class GoingOn(NamedTuple):
    """A member of the programme before whose cover neither lapsed nor ended."""

    worker_id: WorkerId
    village_code: str
    """Where he lives now: that region's quota has his place."""


def check_renewable(*, last_month: str, first_month: str, renewed: bool) -> None:
    """Raises: ProgrammeRenewed, RenewalOverlaps."""
    if renewed:
        raise ProgrammeRenewed("this programme was renewed before: amend the next one")
    if first_month <= last_month:
        raise RenewalOverlaps(
            f"the programme pays to {last_month}: begin the next one in a later month"
        )


def carry_over(
    members: Iterable[GoingOn], capacity: Capacity, renewal: Renewal, *, now: datetime
) -> Iterator[MembershipRenewed]:
    """Give each of these a place in the next programme, as far as its quotas and its money go.

    The caller holds the lock on the next programme. Whoever does not fit stays where he is, and is
    carried over when there is room.
    """
    this_month = month_of(local_day(now))
    for worker_id, village_code in members:
        reserved = capacity.reserve(region_code=region_of(village_code), this_month=this_month)
        if isinstance(reserved, str):
            continue
        yield MembershipRenewed(
            **renewal.cause.stamp(f"carry over {worker_id}", at=now),
            worker_id=worker_id,
            programme_id=renewal.programme_id,
            renews=renewal.renews,
            village_code=village_code,
            first_month=reserved.first_month,
            last_month=reserved.last_month,
            reserved=reserved.amount,
        )
