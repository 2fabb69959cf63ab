"""Order benefits, and pay those that go to accounts at this bank."""

from collections.abc import Sequence
from datetime import datetime

from chassis.ids import new_id
from chassis.state.unit import Unit
from contracts.banking import PayoutSettled, PayoutStopped
from contracts.claims import ClaimApproved
from services.banking.queries import payouts as queries
from services.banking.queries.accounts import holders
from services.banking.queries.ledger import ledger_locked
from services.banking.queries.payouts import WaitingHere
from services.banking.rules import payouts as rules
from services.banking.rules.ledger import INSURER, Ledger


async def order(unit: Unit, approved: Sequence[ClaimApproved]) -> None:
    """Order a payout for each line that has none, and pay at once what can be paid here."""
    lines = [(claim, line) for claim in approved for line in claim.lines]
    ids = [rules.payout_id_of(claim.claim_id, line) for claim, line in lines]
    known = await queries.known(unit.session, ids)
    with_account = await holders(unit.session, [line.payee_id for _, line in lines])
    await unit.record(
        ordered
        for claim in approved
        for ordered in rules.order(claim, with_account=with_account, now=unit.now)
        if ordered.payout_id not in known
    )
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
    return rules.pay_here(payout, ledger=ledger, now=now)
