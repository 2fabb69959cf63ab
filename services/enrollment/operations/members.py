"""Accounts that become known, numbers that were waited for, the end of cover and its undoing."""

from collections.abc import Sequence

from chassis.state.unit import Unit
from contracts.banking import AccountOpened
from contracts.claims import ClaimRejected, ClaimVerified
from services.enrollment.operations.contributions.payments import purse_of
from services.enrollment.queries import covers
from services.enrollment.queries import members as queries
from services.enrollment.rules import cover, members, restoring

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
    """End the cover of members whose death was verified; who was hurt and lives stays covered."""
    deaths = {
        claim.worker_id: (claim, claim.died_on) for claim in verified if claim.died_on is not None
    }
    endings = await covers.going_on(unit.session, list(deaths))
    await unit.record(
        cover.end_for_death(claim, ending, died_on=died_on, now=unit.now)
        for ending in endings
        for claim, died_on in [deaths[ending.worker_id]]
    )


async def restore_covers(unit: Unit, rejected: Sequence[ClaimRejected]) -> None:
    """Let go on what was ended for a death that was reported wrongly."""
    wrong = {claim.claim_id: claim for claim in rejected if claim.member_lives}
    if not wrong:
        return
    ended = await covers.ended_for(unit.session, list(wrong))
    purses = {
        programme_id: await purse_of(unit, programme_id)
        for programme_id in sorted({each.programme_id for each in ended})
    }
    await unit.record(
        restoring.restore(wrong[each.claim_id], each, purses[each.programme_id], now=unit.now)
        for each in ended
    )
