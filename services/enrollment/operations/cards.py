"""Cards: printed for the covered, handed over."""

from uuid import UUID

from pydantic import BaseModel

from chassis.state.unit import Unit
from contracts.event import Cause
from contracts.types import ProgrammeId
from services.enrollment.queries import members as queries
from services.enrollment.rules import cards as rules


class Counted(BaseModel):
    """How many members it concerned."""

    members: int


async def print_cards(
    unit: Unit, programme_id: UUID, *, district_code: str, officer: str, cause: Cause
) -> Counted:
    """Print the cards that covered members of a kecamatan lack; return how many."""
    waiting = await queries.cards_to_print(unit.session, programme_id, district_code=district_code)
    await unit.record(
        rules.print_cards(
            waiting, ProgrammeId(programme_id), cause=cause, officer=officer, now=unit.now
        )
    )
    return Counted(members=len(waiting))


async def deliver_cards(
    unit: Unit, programme_id: UUID, *, district_code: str, officer: str, cause: Cause
) -> Counted:
    """Hand over the printed cards of a kecamatan; return how many."""
    waiting = await queries.cards_to_deliver(
        unit.session, programme_id, district_code=district_code
    )
    await unit.record(
        rules.deliver_cards(
            waiting, ProgrammeId(programme_id), cause=cause, officer=officer, now=unit.now
        )
    )
    return Counted(members=len(waiting))
