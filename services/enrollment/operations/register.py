"""The register of processing: who was shown whose data, as what, why (UU 27/2022 art. 31)."""

from collections.abc import Iterable
from uuid import UUID

from chassis.correlation import correlation_id
from chassis.ids import new_id
from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.enrollment import ListExported, PersonalDataRead
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


async def note_export(
    unit: Unit, *, by: Caller, reason: str, what: str, rows: int, masked: bool
) -> None:
    """Put on record that `by` takes so many rows of a list out; `masked`: without whole names.

    Whose names are shown, whole or masked, `note_readings` says besides.
    """
    export_id = new_id()
    cause = Cause(export_id, correlation_id() or export_id)
    exported = ListExported(
        **cause.stamp("export", at=unit.now),
        export_id=export_id,
        exported_by=by.name,
        role=by.role,
        reason=reason,
        what=what,
        rows=rows,
        masked=masked,
    )
    await unit.record([exported])
