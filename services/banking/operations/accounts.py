"""Open accounts, and block those of members who died."""

from collections.abc import Sequence

from chassis.state.unit import Unit
from contracts.claims import ClaimFiled, HeirRegistered
from contracts.enrollment import WorkerEnrolled
from services.banking.queries import accounts as queries
from services.banking.rules import accounts as rules


async def open_for_members(unit: Unit, enrolled: Sequence[WorkerEnrolled]) -> None:
    """Open or defer an account for each member about whom nothing was decided yet."""
    decided = await queries.decided(unit.session, [worker.worker_id for worker in enrolled])
    await unit.record(
        rules.member_account(worker, now=unit.now)
        for worker in enrolled
        if worker.worker_id not in decided
    )
    await block(unit, enrolled)


async def open_for_heirs(unit: Unit, registered: Sequence[HeirRegistered]) -> None:
    """Open an account for each heir who asks for one and has none."""
    asked = {heir.party_id: heir for heir in registered if heir.account == "open-here"}
    held = await queries.holders(unit.session, list(asked))
    await unit.record(
        rules.heir_account(heir, now=unit.now)
        for party_id, heir in asked.items()
        if party_id not in held
    )


async def block(unit: Unit, events: Sequence[WorkerEnrolled | ClaimFiled]) -> None:
    """Block the free accounts of those of these members whose death was reported.

    The report and the enrollment come in any order: whichever is the later blocks.
    """
    causes = {event.worker_id: event.cause for event in events}
    free = await queries.to_block(unit.session, list(causes))
    await unit.record(
        rules.block(account, cause=causes[account.worker_id], now=unit.now) for account in free
    )
