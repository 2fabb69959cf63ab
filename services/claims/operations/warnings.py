"""Look for warning signs; draw claims for a second look. Neither decides anything."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from chassis.state.unit import Unit
from contracts.banking import CashPaidOut, PayoutFailed, PayoutSettled
from contracts.claims import ClaimApproved, ReviewDrawn, WarningRaised
from contracts.event import Cause
from contracts.types import ClaimId, WorkerId
from services.claims.queries import warnings as queries
from services.claims.queries import withdrawals
from services.claims.rules import reviews
from services.claims.rules import warnings as rules
from services.claims.rules.claims import HeldClaim
from services.claims.rules.reviews import Decision, Lottery
from services.claims.rules.warnings import Known
from services.claims.settings import Settings


class Signs(NamedTuple):
    """What a look at a claim shows."""

    fresh: list[WarningRaised]
    """To be recorded: what is on record is not raised again."""
    warnings: int
    """Those that nobody cleared, the fresh ones too."""


async def look_for_signs(unit: Unit, claim: HeldClaim, *, cause: Cause) -> Signs:
    """The signs that a claim, whose row is held, shows now."""
    found = await unit.ask(queries.looked, claim.claim_id, now=unit.now)
    assert found is not None  # noqa: S101  (its row is held)
    fresh = rules.raised(
        Known(claim.claim_id, claim.worker_id),
        rules.findings(found.traits),
        known=found.known,
        cause=cause,
        now=unit.now,
    )
    raised = list(fresh)
    return Signs(raised, found.standing + len(raised))


def draw_review(
    unit: Unit, claim_id: ClaimId, worker_id: WorkerId, approved_event: ClaimApproved
) -> list[ReviewDrawn]:
    """Draw an approved claim for a second look, or not, by seed."""
    settings: Settings = unit.tools.settings
    drawn = reviews.draw(
        Lottery(settings.review_seed, settings.review_percent),
        Decision(claim_id, worker_id, approved_event.event_id),
        cause=approved_event.cause,
        now=unit.now,
    )
    return [] if drawn is None else [drawn]


async def take_payouts(unit: Unit, ended: Sequence[PayoutSettled] | Sequence[PayoutFailed]) -> None:
    """Attempts to pay ended: look whether the money is gone already, or the account another's."""
    await take_payments(unit, {payout.claim_id: payout.cause for payout in ended})


async def take_withdrawn(unit: Unit, taken: Sequence[CashPaidOut]) -> None:
    """Cash left these accounts: look whether a benefit had just arrived on one. A withdrawal and
    the payout before it come in either order."""
    causes = {withdrawal.account_id: withdrawal.cause for withdrawal in taken}
    paid = await withdrawals.claims_paid_to(unit.session, list(causes))
    last = taken[-1].cause
    await take_payments(unit, dict.fromkeys(paid, last))


async def take_payments(unit: Unit, causes: Mapping[UUID, Cause]) -> None:
    """Put on record the signs that paying these claims shows, once each."""
    if not causes:
        return
    traits = await withdrawals.payment_traits(unit.session, list(causes))
    if not traits:
        return
    for claim, known in await withdrawals.warned(unit.session, list(traits)):
        found = rules.payment_findings(traits[claim.claim_id])
        cause = causes[claim.claim_id]
        await unit.record(rules.raised(claim, found, known=known, cause=cause, now=unit.now))
