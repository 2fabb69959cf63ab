"""Take cash in and hand it out at the counter."""

from uuid import UUID

from pydantic import BaseModel

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.banking import CashPaidIn, CashPaidOut
from contracts.event import Cause
from contracts.types import AccountId
from services.banking.operations.account_states import account_to_change
from services.banking.queries.activity import facts
from services.banking.queries.ledger import ledger_locked
from services.banking.rules import cash as rules
from services.banking.rules.cash import Counter, Till
from services.banking.rules.ledger import VAULT, Ledger


class CashMoved(BaseModel):
    """Cash that came or left over the counter. Amounts in rupiah."""

    account_id: UUID
    transfer_id: UUID
    amount: int
    branch: str
    balance: int
    """What the account holds now."""
    available: int
    """What of it may be paid out."""


async def pay_in(
    unit: Unit, account_id: UUID, amount: int, *, branch: str, by: Caller, cause: Cause
) -> CashMoved:
    """Put cash onto an account. Call it in a bulk unit.

    Raises: AccountUnknown, OutsideArea and what `check_credit` does.
    """
    till = await _till(unit, account_id, by=by)
    paid = rules.pay_in(till, amount, Counter(branch, by.name, cause), now=unit.now)
    await unit.record([paid])
    return _moved(paid, till.ledger)


async def pay_out(
    unit: Unit, account_id: UUID, amount: int, *, branch: str, by: Caller, cause: Cause
) -> CashMoved:
    """Hand out cash from an account. Call it in a bulk unit.

    Raises: AccountUnknown, OutsideArea, FundsInsufficient and what `check_debit` does.
    """
    till = await _till(unit, account_id, by=by)
    paid = rules.pay_out(till, amount, Counter(branch, by.name, cause), now=unit.now)
    await unit.record([paid])
    return _moved(paid, till.ledger)


async def _till(unit: Unit, account_id: UUID, *, by: Caller) -> Till:
    account = await account_to_change(unit, account_id, by=by)
    known = AccountId(account.account_id)
    ledger = await ledger_locked(unit.session, known, VAULT)
    return Till(known, (await facts(unit.session, [known], now=unit.now))[known], ledger)


def _moved(paid: CashPaidIn | CashPaidOut, ledger: Ledger) -> CashMoved:
    return CashMoved(
        account_id=paid.account_id,
        transfer_id=paid.transfer.transfer_id,
        amount=paid.transfer.amount,
        branch=paid.branch,
        balance=ledger.balances[paid.account_id],
        available=ledger.available(paid.account_id),
    )
