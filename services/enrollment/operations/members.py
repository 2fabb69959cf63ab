"""Accounts that become known, numbers that were waited for, the end of cover."""

from collections.abc import Sequence

from chassis.state.unit import Unit
from contracts.banking import AccountOpened
from contracts.claims import ClaimVerified
from services.enrollment.queries import covers
from services.enrollment.queries import members as queries
from services.enrollment.rules import cover, members

PORTION = 500
"""Members activated in one transaction."""


async def link_accounts(unit: Unit, opened: Sequence[AccountOpened]) -> None:
    """Note the accounts of members; an heir's is none of ours."""
    unlinked = await queries.unlinked(unit.session, [account.holder_id for account in opened])
    await unit.record(
        members.link(account, now=unit.now) for account in opened if account.holder_id in unlinked
    )


async def activate_waiting(unit: Unit) -> bool:
    """Begin the cover of a portion of members who paid while no number was left for them, now that
    there is one; tell whether there were any."""
    ranges = await covers.kpj_ranges(unit.session)
    waiting = await covers.waiting_for_number(
        unit.session, areas=ranges.areas_with_numbers(), rows_max=PORTION
    )
    numbers = ranges.issue(
        (each.worker_id, each.village_code) for each in waiting if each.kpj is None
    )
    activated = [
        event
        for each in waiting
        for event in cover.activate([each], numbers=numbers, cause=each.cause, now=unit.now)
    ]
    await unit.record(activated)
    return bool(activated)


async def end_covers(unit: Unit, verified: Sequence[ClaimVerified]) -> None:
    """End the cover of members whose death was verified."""
    claims = {claim.worker_id: claim for claim in verified}
    endings = await covers.going_on(unit.session, list(claims))
    await unit.record(
        cover.end_for_death(claims[ending.worker_id], ending, now=unit.now) for ending in endings
    )
