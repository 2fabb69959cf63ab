"""What a person has to look at: raised by rules, decided by nobody but a person."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contracts.enrollment import ReviewRaised
from contracts.event import Cause, derived_id
from contracts.types import WorkerId


class Suspicion(NamedTuple):
    """A worker who may be the same person as another member, or as an earlier row of the file."""

    worker_id: WorkerId
    village_code: str
    other_worker_id: UUID | None


def raise_duplicates(
    suspicions: Iterable[Suspicion], *, cause: Cause, now: datetime
) -> Iterator[ReviewRaised]:
    """Put possible duplicates on the review list (domain 7.3 test 1); nobody is rejected by it."""
    for each in suspicions:
        yield ReviewRaised(
            **cause.stamp(f"possible-duplicate {each.worker_id}", at=now),
            review_id=derived_id(each.worker_id, "possible-duplicate"),
            worker_id=each.worker_id,
            village_code=each.village_code,
            kind="possible-duplicate",
            other_worker_id=None
            if each.other_worker_id is None
            else WorkerId(each.other_worker_id),
        )
