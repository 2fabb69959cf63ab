"""Cards, accounts, the end of cover, and the keys to who members are."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel

from chassis.state.unit import Unit
from contracts.banking import AccountOpened
from contracts.claims import ClaimVerified
from contracts.event import Cause
from contracts.types import ProgrammeId
from services.enrollment.queries import members as queries
from services.enrollment.rules import members as rules


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


async def link_accounts(unit: Unit, opened: Sequence[AccountOpened]) -> None:
    """Note the accounts of members; an heir's is none of ours."""
    members = await queries.unlinked(unit.session, [account.holder_id for account in opened])
    await unit.record(
        rules.link(account, now=unit.now) for account in opened if account.holder_id in members
    )


async def end_covers(unit: Unit, verified: Sequence[ClaimVerified]) -> None:
    """End the cover of members whose death was verified."""
    claims = {claim.worker_id: claim for claim in verified}
    covers = await queries.covers_not_ended(unit.session, list(claims))
    await unit.record(
        rules.end_for_death(claims[cover.worker_id], cover, now=unit.now) for cover in covers
    )
