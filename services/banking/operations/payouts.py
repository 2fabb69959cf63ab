"""Order benefits, and pay those that go to accounts at this bank."""

from collections.abc import Sequence

from chassis.state.unit import Unit
from contracts.claims import ClaimApproved
from services.banking.queries import payouts as queries
from services.banking.queries.accounts import holders
from services.banking.queries.ledger import ledger_locked
from services.banking.rules import payouts as rules
from services.banking.rules.ledger import INSURER


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
    """Pay what waits within the bank, oldest first, as far as the insurer's account carries it;
    tell whether anything was paid.
    """
    waiting = await queries.ordered_here(unit.session)
    if not waiting:
        return False
    ledger = await ledger_locked(unit.session, INSURER)
    settled = [
        rules.pay_here(payout, ledger=ledger, now=unit.now)
        for payout in waiting
        if not ledger.shortfall(INSURER, payout.amount)
    ]
    await unit.record(settled)
    return bool(settled)
