"""Open accounts, and block those of members whose death is reported."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from chassis.state.unit import Unit
from contracts.claims import ClaimFiled, ClaimRejected, HeirRegistered
from contracts.enrollment import WorkerAmended, WorkerEnrolled
from contracts.event import Cause
from contracts.types import ClaimId
from services.banking.operations.numbers import next_number
from services.banking.queries import accounts as queries
from services.banking.rules import accounts as rules


async def open_for_members(unit: Unit, enrolled: Sequence[WorkerEnrolled]) -> None:
    """Open or defer an account for each member about whom nothing was decided yet."""
    decided = await queries.decided(unit.session, [worker.worker_id for worker in enrolled])
    fresh = [worker for worker in enrolled if worker.worker_id not in decided]
    if fresh:
        give = await next_number(unit)
        await unit.record([rules.member_account(each, give, now=unit.now) for each in fresh])
    await block_members(unit, {event.worker_id: event.cause for event in enrolled})


async def open_with_papers(unit: Unit, amended: Sequence[WorkerAmended]) -> None:
    """Open the accounts that waited for papers which are on file now. Who has an account, or is not
    enrolled here yet, changes nothing."""
    waiting = await queries.still_missing(unit.session, [each.worker_id for each in amended])
    if not waiting:
        return
    give = await next_number(unit)
    changes = [
        rules.amended_account(waiting[event.worker_id], event, give, now=unit.now)
        for event in amended
        if event.worker_id in waiting
    ]
    await unit.record([each for each in changes if each is not None])
    await block_members(unit, {event.worker_id: event.cause for event in amended})


async def open_for_heirs(unit: Unit, registered: Sequence[HeirRegistered]) -> None:
    """Open an account for each payee who asks for one and has none."""
    asked = {heir.party_id: heir for heir in registered if rules.opens_account(heir)}
    held = await queries.holders(unit.session, list(asked))
    fresh = [heir for party_id, heir in asked.items() if party_id not in held]
    if not fresh:
        return
    villages = await queries.villages(unit.session, [heir.worker_id for heir in fresh])
    give = await next_number(unit)
    await unit.record(
        [
            rules.heir_account(
                heir, give(), village_code=villages.get(heir.worker_id), now=unit.now
            )
            for heir in fresh
        ]
    )


async def block(unit: Unit, filed: Sequence[ClaimFiled]) -> None:
    """Block the free accounts of those of these members whose death was reported."""
    await block_members(
        unit, {event.worker_id: event.cause for event in filed if event.died_on is not None}
    )


async def unblock(unit: Unit, rejected: Sequence[ClaimRejected]) -> None:
    """Unblock what the filing of these claims blocked, where the member lives after all. Another
    report about the member that stands blocks it again."""
    wrong = {event.claim_id: event for event in rejected if event.member_lives}
    if not wrong:
        return
    blocked = await queries.blocked_for(unit.session, wrong)
    await unit.record(
        rules.unblock_for_life(account, wrong[ClaimId(claim_id)], now=unit.now)
        for claim_id, account in blocked.items()
    )
    await block_members(unit, {event.worker_id: event.cause for event in wrong.values()})


async def block_members(unit: Unit, causes: Mapping[UUID, Cause]) -> None:
    """Block the free accounts of those of these members whose death was reported.

    The report and the opening come in any order: whichever is the later blocks.
    """
    free = await queries.to_block(unit.session, list(causes))
    await unit.record(
        rules.block(account, cause=causes[account.worker_id], now=unit.now) for account in free
    )
