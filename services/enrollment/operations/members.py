"""Accounts that become known, and the end of cover."""

from collections.abc import Sequence

from chassis.state.unit import Unit
from contracts.banking import AccountOpened
from contracts.claims import ClaimVerified
from services.enrollment.queries import covers
from services.enrollment.queries import members as queries
from services.enrollment.rules import cover, members


async def link_accounts(unit: Unit, opened: Sequence[AccountOpened]) -> None:
    """Note the accounts of members; an heir's is none of ours."""
    unlinked = await queries.unlinked(unit.session, [account.holder_id for account in opened])
    await unit.record(
        members.link(account, now=unit.now) for account in opened if account.holder_id in unlinked
    )


async def end_covers(unit: Unit, verified: Sequence[ClaimVerified]) -> None:
    """End the cover of members whose death was verified."""
    claims = {claim.worker_id: claim for claim in verified}
    endings = await covers.going_on(unit.session, list(claims))
    await unit.record(
        cover.end_for_death(claims[ending.worker_id], ending, now=unit.now) for ending in endings
    )
