"""Print the cards that covered members lack, a village at a time."""

from collections import Counter
from uuid import UUID

from pydantic import BaseModel

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.enrollment import CardPrinted
from contracts.event import Cause
from contracts.types import ProgrammeId
from services.enrollment.operations.programmes import known_programme
from services.enrollment.queries import cards as queries
from services.enrollment.rules import cards as rules


class Printed(BaseModel):
    """The batch that was printed for a village; none when nobody there lacked a card."""

    batch_id: UUID | None
    cards: int


class PrintedBatch(BaseModel):
    """The batch of one village."""

    batch_id: UUID
    village_code: str
    cards: int


class PrintedDistrict(BaseModel):
    """What was printed for a kecamatan."""

    members: int
    batches: list[PrintedBatch]


async def print_village(
    unit: Unit, programme_id: UUID, *, village_code: str, by: Caller, cause: Cause
) -> Printed:
    """Print a village's batch. Raises: ProgrammeUnknown."""
    printed = await _print(unit, programme_id, area=village_code, by=by, cause=cause)
    return Printed(batch_id=printed[0].batch_id if printed else None, cards=len(printed))


async def print_district(
    unit: Unit, programme_id: UUID, *, district_code: str, by: Caller, cause: Cause
) -> PrintedDistrict:
    """Print a batch for each village of a kecamatan. Raises: ProgrammeUnknown."""
    printed = await _print(unit, programme_id, area=district_code, by=by, cause=cause)
    batches = Counter((each.batch_id, each.village_code) for each in printed)
    return PrintedDistrict(
        members=len(printed),
        batches=[
            PrintedBatch(batch_id=batch_id, village_code=village_code, cards=cards)
            for (batch_id, village_code), cards in batches.items()
            if batch_id and village_code
        ],
    )


async def _print(
    unit: Unit, programme_id: UUID, *, area: str, by: Caller, cause: Cause
) -> list[CardPrinted]:
    await known_programme(unit.session, programme_id)
    lacking = await queries.cards_to_print(unit.session, programme_id, area=area)
    printed = list(
        rules.print_batches(
            lacking, ProgrammeId(programme_id), cause=cause, officer=by.name, now=unit.now
        )
    )
    await unit.record(printed)
    return printed
