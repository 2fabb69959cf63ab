"""What is put on record when it is read: committed before it is told, or not told."""

from uuid import UUID

import pytest

from chassis.faults import Passing
from chassis.state.unit import Unit
from chassis.web.access import Caller
from chassis.web.reading import TRIES_MAX, Notes
from contracts.enrollment import PersonalDataRead, WorkerEnrolled
from services.enrollment.operations.register import note_readings
from tests.component.enrollment_office import Office, office
from tests.rosters import REGION, rows

__all__ = ["office"]
BY = Caller(name="anna", role="branch", area=REGION)


@pytest.fixture
async def member(office: Office) -> UUID:
    await office.enroll(await office.open(), rows(1, 1))
    (enrolled,) = await office.alone.recorded(WorkerEnrolled)
    return enrolled.worker_id


def notes(office: Office) -> Notes:
    return Notes(office.alone.units, REGION)


async def test_what_was_read_is_on_record_when_it_is_told(office: Office, member: UUID) -> None:
    async def read(unit: Unit) -> str:
        await note_readings(unit, [member, member], by=BY, reason="a card", what="card")
        return "Yohanes"

    assert await notes(office).run(read) == "Yohanes"
    (reading,) = await office.alone.recorded(PersonalDataRead)
    assert (reading.worker_id, reading.read_by) == (member, "anna")


async def test_a_fault_that_passes_is_tried_again_and_recorded_once(
    office: Office, member: UUID
) -> None:
    tries = 0

    async def read(unit: Unit) -> int:
        nonlocal tries
        tries += 1
        await note_readings(unit, [member], by=BY, reason="a card", what="card")
        if tries == 1:
            raise Passing("somebody else was first")
        return tries

    assert await notes(office).run(read) == 2
    assert len(await office.alone.recorded(PersonalDataRead)) == 1


async def test_what_does_not_pass_is_told_and_nothing_is_recorded(
    office: Office, member: UUID
) -> None:
    tries = 0

    async def never(unit: Unit) -> None:
        nonlocal tries
        tries += 1
        await note_readings(unit, [member], by=BY, reason="a card", what="card")
        raise Passing("the database is away")

    with pytest.raises(Passing):
        await notes(office).run(never)
    assert tries == TRIES_MAX
    assert await office.alone.recorded(PersonalDataRead) == []
