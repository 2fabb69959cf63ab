"""Members by the thousand without rosters: events as enrolling would record them.

Nobody can be read in them: the blocks hold nothing.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from uuid import UUID

from chassis.ids import new_id
from chassis.state.unit import EVERYWHERE
from contracts.enrollment import WorkerEnrolled
from contracts.event import Cause, derived_id
from contracts.sealed import Sealed
from contracts.types import ProgrammeId, RosterId, WorkerId
from services.enrollment.models import Programme
from services.enrollment.rules.months import months_between
from tests.alone import Alone

PORTION = 5_000


async def enroll_many(alone: Alone, programme_id: UUID, heads: Mapping[str, int]) -> None:
    """Take in so many members in each village, for all months of the programme."""
    async with alone.units.reading(area=EVERYWHERE) as session:
        held = await session.get_one(Programme, programme_id)
    roster_id = new_id()
    events = _enrolled(held, roster_id, heads, alone=alone)
    while portion := list(islice(events, PORTION)):
        async with alone.units.bulk(area=EVERYWHERE) as unit:
            await unit.record(portion)


def _enrolled(
    held: Programme, roster_id: UUID, heads: Mapping[str, int], *, alone: Alone
) -> Iterator[WorkerEnrolled]:
    cause, now = Cause(roster_id, roster_id), alone.clock.now()
    months = months_between(held.first_month, held.last_month)
    for village_code, count in heads.items():
        for number in range(count):
            worker_id = WorkerId(derived_id(roster_id, f"{village_code} {number}"))
            yield WorkerEnrolled(
                **cause.stamp(f"enroll {worker_id}", at=now),
                worker_id=worker_id, programme_id=ProgrammeId(held.programme_id),
                roster_id=RosterId(roster_id), village_code=village_code,
                first_month=held.first_month, last_month=held.last_month,
                reserved=months * (held.jkk + held.jkm), has_ktp=True, has_kk=True,
                identity=Sealed(
                    subject=worker_id, holder="enrollment", kind="nobody", version=1,
                    nonce=bytes(12), ciphertext=bytes(16),
                ),
            )  # fmt: skip
