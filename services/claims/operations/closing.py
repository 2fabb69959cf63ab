"""Close claims all lines of which have arrived, compensate what came late, release what is held."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from chassis.local_time import local_day
from chassis.state.unit import Unit
from contracts.banking import PayoutSettled
from contracts.enrollment import ContributionPaid
from contracts.event import Cause
from services.claims.adapters import Tools
from services.claims.operations.case_files import case_files
from services.claims.queries import lines as queries
from services.claims.rules import closing as rules
from services.claims.rules.closing import ClosingClaim, arrived_at
from services.claims.rules.compensation import compensate, is_compensated, may_be_late


async def take_settled(unit: Unit, settled: Sequence[PayoutSettled]) -> None:
    """A line of each of these claims arrived: close those that it completed."""
    await close(unit, {payout.claim_id: payout.cause for payout in settled})


async def close(unit: Unit, causes: Mapping[UUID, Cause]) -> None:
    """Close those of these claims that are approved and all lines of which have arrived; first
    compensate those the last line of which arrived late.

    The one place that decides this, whichever came last: the approval or a payout. A claim that is
    not there, or not approved, waits; one that is paid is not paid again.
    """
    claims = await queries.closing_locked(unit.session, causes)
    await _compensate(unit, claims, causes)
    closed = (rules.close(claim, cause=causes[claim.claim_id], now=unit.now) for claim in claims)
    await unit.record([paid for paid in closed if paid is not None])


async def take_paid_months(unit: Unit, paid: Sequence[ContributionPaid]) -> None:
    """Months of these members were paid: release what their claims hold, once all that was owed is
    paid. One question of an index, for most members have no claim."""
    causes: dict[UUID, Cause] = {each.worker_id: each.cause for each in paid}
    owing = await queries.owing_locked(unit.session, causes)
    if not owing:
        return
    known = await queries.months_paid(unit.session, {each.worker_id for each in owing})
    released = (
        rules.release(
            each.claim,
            each.arrears,
            paid={month for worker_id, month in known if worker_id == each.worker_id},
            cause=causes[each.claim.worker_id],
            now=unit.now,
        )
        for each in owing
    )
    await unit.record([each for each in released if each is not None])


async def _compensate(
    unit: Unit, claims: Sequence[ClosingClaim], causes: Mapping[UUID, Cause]
) -> None:
    """The term of the law runs for what was due at once; it ended with the last line of that."""
    paid_on = {
        claim.claim_id: local_day(at)
        for claim in claims
        if (at := arrived_at(claim, claim.due_at_once)) is not None
    }
    late = [
        claim
        for claim in claims
        if claim.claim_id in paid_on
        and may_be_late(claim, paid_on=paid_on[claim.claim_id])
        and not is_compensated(claim)
    ]
    if not late:
        return
    tools: Tools = unit.tools
    rows = await queries.with_members(unit.session, [claim.claim_id for claim in late])
    files = await case_files(unit.session, rows, now=unit.now)
    terms = {file.claim.claim_id: file.term for file in files}
    awarded = (
        compensate(
            claim,
            due_on=term.due_on,
            paid_on=paid_on[claim.claim_id],
            counts_funeral=tools.settings.compensation_counts_funeral,
            cause=causes[claim.claim_id],
            now=unit.now,
        )
        for claim in late
        if (term := terms[claim.claim_id]) is not None
    )
    await unit.record([each for each in awarded if each is not None])
