"""Order benefits, and pay those that go to accounts at this bank."""

from collections.abc import Sequence
from datetime import datetime

from chassis.ids import new_id
from chassis.state.unit import Unit
from contracts.banking import PayoutSettled, PayoutStopped
from services.banking.queries import payouts as queries
from services.banking.queries.ledger import ledger_locked
from services.banking.queries.payouts import WaitingHere
from services.banking.rules import payouts as rules
from services.banking.rules.ledger import INSURER, Ledger
from services.banking.rules.payouts import Decision, Payee


async def order(unit: Unit, decisions: Sequence[Decision]) -> None:
    """Order a payout for each line that has none, and pay at once what can be paid here."""
    payees = {
        Payee(decision.claim_id, line.payee_id) for decision in decisions for line in decision.lines
    }
    if not payees:
        return
    here = await queries.paid_here(unit.session, payees)
    ordered = {
        each.payout_id: each
        for decision in decisions
        for each in rules.order(decision, here=here, now=unit.now)
    }
    known = await queries.known(unit.session, list(ordered))
    await unit.record(each for payout_id, each in ordered.items() if payout_id not in known)
    await pay_waiting(unit)


async def pay_waiting(unit: Unit) -> bool:
    """Pay what waits within the bank, oldest first, as far as the insurer's account carries it, and
    stop what its payee's account may not take; tell whether anything was done.
    """
    waiting = await queries.ordered_here(unit.session)
    if not waiting:
        return False
    accounts = {each.account.account_id for each in waiting}
    ledger = await ledger_locked(unit.session, INSURER, *sorted(accounts))
    done = [each for each in (_pay(one, ledger, now=unit.now) for one in waiting) if each]
    await unit.record(done)
    return bool(done)


def _pay(
    one: WaitingHere, ledger: Ledger, *, now: datetime
) -> PayoutSettled | PayoutStopped | None:
    """Pay it or stop it; None: the insurer has not so much."""
    payout, account = one
    why = rules.stop_here(payout, account, balance=ledger.balances[account.account_id], now=now)
    if why is not None:
        return rules.stop(payout, why, turn=new_id(), now=now)
    if ledger.shortfall(INSURER, payout.amount):
        return None
    return rules.pay_here(payout, account, ledger=ledger, now=now)
