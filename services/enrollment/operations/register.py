"""The register of processing: who was shown whose data, as what, why (UU 27/2022 art. 31)."""

from collections.abc import Iterable
from uuid import UUID

from chassis.correlation import correlation_id
from chassis.ids import new_id
from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.enrollment import PersonalDataRead
from contracts.event import Cause
from contracts.types import WorkerId


async def note_readings(
    unit: Unit, worker_ids: Iterable[UUID], *, by: Caller, reason: str, what: str
) -> None:
    """Put on record that `by` is shown these workers' data, each once.

    `reason` and `what` (`look-up`, `card`, `monthly list` …) are one line each, at most 200
    characters. The workers lie in the area of the unit. Call it in the transaction whose commit
    comes before the answer: nothing is shown that is not on record. Each call is a reading of its
    own.
    """
    reading_id = new_id()
    cause = Cause(reading_id, correlation_id() or reading_id)
    await unit.record(
        PersonalDataRead(
            **cause.stamp(f"read {worker_id}", at=unit.now),
            worker_id=WorkerId(worker_id),
            read_by=by.name,
            role=by.role,
            reason=reason,
            what=what,
        )
        for worker_id in dict.fromkeys(worker_ids)
    )
