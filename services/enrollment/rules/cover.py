"""Cover: it begins with the first payment and ends with a death or by decision."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contracts.claims import ClaimVerified
from contracts.enrollment import CoverageEnded, MembershipActivated
from contracts.event import Cause, Event
from contracts.types import ProgrammeId, WorkerId


class Unactivated(NamedTuple):
    """A membership with a paid month and no cover yet."""

    worker_id: WorkerId
    programme_id: ProgrammeId
    village_code: str
    kpj: str | None
    """The number of the worker, when he had a cover before."""
    continues: datetime | None
    """The beginning of the cover that goes on, when the one before neither lapsed nor ended."""


@dataclass(frozen=True)
class Ending:
    """A membership that goes on, and how much of what was reserved for it has been billed."""

    worker_id: WorkerId
    programme_id: ProgrammeId
    region_code: str
    reserved: int
    billed: int

    @property
    def unbilled(self) -> int:
        """What is free again when it ends: rupiah for months that nobody will bill."""
        return self.reserved - self.billed


def activate(
    paid: Iterable[Unactivated], *, numbers: Mapping[UUID, str], cause: Cause, now: datetime
) -> Iterator[Event]:
    """Begin the cover of each of these members: now, when the number is issued, which the first
    full payment allows (PP 44/2015 art. 11(4)(5)).

    A worker keeps the number he has. Whoever has none and is not in `numbers` waits for a range.
    """
    for each in paid:
        kpj = each.kpj or numbers.get(each.worker_id)
        if kpj is not None:
            yield MembershipActivated(
                **cause.stamp(f"activate {each.worker_id}", at=now),
                worker_id=each.worker_id,
                programme_id=each.programme_id,
                kpj=kpj,
                covered_from=each.continues or now,
            )


def end_for_death(verified: ClaimVerified, ending: Ending, *, now: datetime) -> CoverageEnded:
    """End the cover of a member who died; what was reserved and not billed is free again.

    Nobody bills the dead: the audit findings that this prevents are in domain 7.2.
    """
    return CoverageEnded(
        **verified.cause.stamp(f"end-cover {ending.programme_id}", at=now),
        worker_id=ending.worker_id,
        programme_id=ending.programme_id,
        region_code=ending.region_code,
        reason="death",
        ended_on=verified.died_on,
        released=ending.unbilled,
        claim_id=verified.claim_id,
    )
