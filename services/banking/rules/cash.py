"""Cash at the counter: between the branches' vaults and savings accounts."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contracts.banking import CashPaidIn, CashPaidOut
from contracts.event import Cause, derived_id
from contracts.types import AccountId
from services.banking.rules import ledger as postings
from services.banking.rules.account_use import AccountFacts, check_credit, check_debit
from services.banking.rules.ledger import Ledger


class Counter(NamedTuple):
    """Where the cash changes hands, by whom, and by what command."""

    branch: str
    officer: str
    cause: Cause

    def reference(self) -> UUID:
        """Of the transfer: each command moves cash once."""
        return derived_id(self.cause.cause_id, "cash")


class Till(NamedTuple):
    """The account at the counter, and the ledger over it and the vault."""

    account_id: AccountId
    facts: AccountFacts
    ledger: Ledger


def pay_in(till: Till, amount: int, counter: Counter, *, now: datetime) -> CashPaidIn:
    """Put cash onto the account. Raises: what `check_credit` does."""
    check_credit(till.facts, amount)
    posting = postings.cash_in(counter.reference(), till.account_id, amount)
    return CashPaidIn(
        **counter.cause.stamp("pay-in", at=now),
        account_id=till.account_id,
        transfer=till.ledger.post(posting),
        branch=counter.branch,
        taken_by=counter.officer,
    )


def pay_out(till: Till, amount: int, counter: Counter, *, now: datetime) -> CashPaidOut:
    """Hand out cash from the account. Raises: what `check_debit` does, and FundsInsufficient."""
    check_debit(till.facts, amount)
    posting = postings.cash_out(counter.reference(), till.account_id, amount)
    return CashPaidOut(
        **counter.cause.stamp("pay-out", at=now),
        account_id=till.account_id,
        transfer=till.ledger.post(posting),
        branch=counter.branch,
        paid_by=counter.officer,
    )
