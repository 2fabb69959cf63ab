"""Let persons deal with payouts that stand still. Call it in bulk units: it moves money."""

from uuid import UUID

from pydantic import BaseModel

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.event import Cause
from contracts.refusal import Refused
from services.banking.models import Payout
from services.banking.operations import leases, payouts
from services.banking.queries import payout_lists
from services.banking.queries import payouts as queries
from services.banking.queries.ledger import ledger_locked
from services.banking.queries.reconciliation import moved_by_the_rail
from services.banking.rules import payout_queue as rules
from services.banking.rules import payouts as payout_rules
from services.banking.rules.account_use import AccountIsClosed
from services.banking.rules.ledger import CLEARING, INSURER
from services.banking.rules.payout_queue import Act, Outcome, Standing
from services.banking.rules.payouts import OpenPayout, Payee, Stop


class PayoutUnknown(Refused):
    """There is no such payout."""

    slug, status, retryable = "payout-unknown", 404, False


class Changed(BaseModel):
    """How the payout stands now."""

    payout_id: UUID
    state: str
    stopped_reason: str | None
    proposed_outcome: str | None


class Reissued(BaseModel):
    """The new payout, and how it stands; within the bank it may be paid already."""

    payout_id: UUID
    replaces: UUID
    rail: str
    state: str


async def found(unit: Unit, payout_id: UUID, *, by: Caller) -> Payout:
    """The payout, if it lies in the officer's area. Raises: PayoutUnknown, OutsideArea."""
    payout = await queries.payout(unit.session, payout_id)
    if payout is None:
        raise PayoutUnknown("no payout has this id: look it up by its claim, GET /payouts?claim=")
    by.check_area(await payout_lists.area_of(unit.session, payout.worker_id) or by.area)
    return payout


async def resume(unit: Unit, payout_id: UUID, *, reason: str, by: Caller, cause: Cause) -> Changed:
    """Let a stopped payout go on. Raises: PayoutUnknown, PayoutNotStopped, StillStopped."""
    payout = await found(unit, payout_id, by=by)
    opened = queries.open_payout(payout)
    resumed = rules.resume(
        opened,
        standing_of(payout),
        still=await _still(unit, payout, opened),
        reason=reason,
        act=Act(by.name, cause, unit.now),
    )
    await unit.record([resumed])
    if payout.state == "submitted":
        await leases.again(unit.session, payout_id)
    elif payout.rail == "same-bank":
        await payouts.pay_waiting(unit)
    return await _changed(unit, payout)


async def propose(
    unit: Unit, payout_id: UUID, outcome: Outcome, *, evidence: str, by: Caller, cause: Cause
) -> Changed:
    """Write down what became of a payout. Raises: PayoutUnknown, OutcomeKnown."""
    payout = await found(unit, payout_id, by=by)
    act = Act(by.name, cause, unit.now)
    opened = queries.open_payout(payout)
    proposed = rules.propose(opened, standing_of(payout), outcome, evidence=evidence, act=act)
    await unit.record([proposed])
    return await _changed(unit, payout)


async def confirm(
    unit: Unit, payout_id: UUID, outcome: Outcome, *, by: Caller, cause: Cause
) -> Changed:
    """End a payout as another officer proposed.

    Raises: PayoutUnknown, OutcomeKnown, OutcomeNotProposed, MakerIsChecker, RailMovedIt,
    FundsInsufficient.
    """
    payout = await found(unit, payout_id, by=by)
    standing = standing_of(payout)._replace(moved=await moved_by_the_rail(unit.session, payout_id))
    ledger = await ledger_locked(unit.session, INSURER, CLEARING)
    act = Act(by.name, cause, unit.now)
    opened = queries.open_payout(payout)
    await unit.record(rules.confirm(opened, standing, outcome, ledger=ledger, act=act))
    await leases.end(unit.session, payout_id)
    return await _changed(unit, payout)


async def reissue(unit: Unit, payout_id: UUID, *, by: Caller, cause: Cause) -> Reissued:
    """Send the benefit of a failed payout anew, to the payee as now known.

    Raises: PayoutUnknown, PayoutNotFailed, PayoutAlreadyReissued, AccountIsClosed.
    """
    payout = await found(unit, payout_id, by=by)
    standing = standing_of(payout)._replace(
        replaced_by=await queries.replaced_by(unit.session, payout_id)
    )
    payee = Payee(payout.claim_id, payout.payee_id)
    is_here = payee in await queries.paid_here(unit.session, [payee])
    act = Act(by.name, cause, unit.now)
    opened = queries.open_payout(payout)
    ordered = rules.reissue(opened, standing, is_here=is_here, act=act)
    await unit.record([ordered])
    await payouts.pay_waiting(unit)
    fresh = await queries.payout(unit.session, ordered.payout_id)
    assert fresh is not None  # noqa: S101  (it was just recorded)
    if fresh.stopped_reason == "account-closed":
        raise AccountIsClosed(
            "The payee's account here is closed: let claims register another account first."
        )
    return Reissued(
        payout_id=fresh.payout_id, replaces=payout_id, rail=fresh.rail, state=fresh.state
    )


def standing_of(payout: Payout) -> Standing:
    """As rules know it."""
    return Standing(
        state=payout.state,
        stopped_reason=payout.stopped_reason,
        proposed_outcome=payout.proposed_outcome,
        proposed_evidence=payout.proposed_evidence,
        proposed_by=payout.proposed_by,
    )


async def _still(unit: Unit, payout: Payout, opened: OpenPayout) -> Stop | None:
    """What would stop it at once again."""
    if payout.state != "ordered":
        return None
    if payout.rail == "interbank":
        return payout_rules.stop_elsewhere(opened)
    waiting = await queries.waiting_here(unit.session, payout.payout_id)
    if waiting is None:
        return None
    account = waiting.account
    ledger = await ledger_locked(unit.session, account.account_id)
    balance = ledger.balances[account.account_id]
    return payout_rules.stop_here(opened, account, balance=balance, now=unit.now)


async def _changed(unit: Unit, payout: Payout) -> Changed:
    await unit.session.refresh(payout)
    return Changed(
        payout_id=payout.payout_id,
        state=payout.state,
        stopped_reason=payout.stopped_reason,
        proposed_outcome=payout.proposed_outcome,
    )
