"""The double-entry ledger: its fixed accounts, its postings, and what an account can carry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID

from contracts.banking import Transfer, TransferKind
from contracts.event import derived_id
from contracts.refusal import Refused
from contracts.types import AccountId, TransferId


def _fixed(name: str) -> AccountId:
    return AccountId(derived_id(NAMESPACE_URL, f"tameng:account:{name}"))


TREASURY = _fixed("regional-treasury")
"""Where the province's money comes from: outside the bank."""
OTHER_BANKS = _fixed("other-banks")
"""Where interbank payouts go: outside the bank."""
INSURER = _fixed("insurer")
"""Contributions fill it, benefits leave it."""
CLEARING = _fixed("rail-clearing")
"""Money set aside for an interbank payout until the rail has answered."""
VAULT = _fixed("vault")
"""Cash at the branches: what is paid in over the counter leaves it, what is paid out reaches it."""
SUSPENSE = _fixed("suspense")
"""Differences with the rail that nobody has explained away yet: a claim until it is recovered."""
OUTSIDE = frozenset({TREASURY, OTHER_BANKS, VAULT, SUSPENSE})
"""Accounts that only mirror what is elsewhere: they may go below zero."""
FIXED: Mapping[AccountId, str] = {
    TREASURY: "Regional treasury",
    INSURER: "Insurer",
    CLEARING: "Rail clearing",
    OTHER_BANKS: "Other banks",
    VAULT: "Cash at branches",
    SUSPENSE: "Suspense",
}
"""What the bank's own accounts are called."""


class FundsInsufficient(Refused):
    """The account that pays does not hold enough."""

    slug, status, retryable = "funds-insufficient", 409, True


class Posting(NamedTuple):
    """A movement of money that is asked for. `kind` and `reference` name it for ever."""

    kind: TransferKind
    reference: UUID
    debit_account: AccountId
    credit_account: AccountId
    amount: int


@dataclass
class Ledger:
    """Balances of the accounts that pay while a run of postings is decided.

    The caller holds their locks: nobody else decides meanwhile.
    """

    balances: dict[AccountId, int]
    held: dict[AccountId, int] = field(default_factory=dict)
    """What holds keep back of a balance, where they do."""

    def available(self, account: AccountId) -> int:
        """What the account may pay: its balance without what is held."""
        return self.balances[account] - self.held.get(account, 0)

    def shortfall(self, account: AccountId, amount: int) -> int:
        """The rupiah that the account lacks to pay the amount; 0 when it can."""
        if account in OUTSIDE:
            return 0
        return max(0, amount - self.available(account))

    def post(self, posting: Posting) -> Transfer:
        """Move the money. Raises: FundsInsufficient."""
        lacking = self.shortfall(posting.debit_account, posting.amount)
        if lacking:
            raise FundsInsufficient(f"Rp{lacking:,} are lacking: deposit them first")
        self.balances[posting.debit_account] -= posting.amount
        if posting.credit_account in self.balances:
            self.balances[posting.credit_account] += posting.amount
        return Transfer(
            transfer_id=TransferId(derived_id(posting.reference, posting.kind)),
            kind=posting.kind,
            reference=posting.reference,
            debit_account=posting.debit_account,
            credit_account=posting.credit_account,
            amount=posting.amount,
            debit_balance=self.balances[posting.debit_account],
        )


def fund_of(programme_id: UUID) -> AccountId:
    """The account that pays a programme's contributions."""
    return AccountId(derived_id(programme_id, "fund"))


def account_of(holder_id: UUID) -> AccountId:
    """The savings account of a member or an heir, once it is open."""
    return AccountId(derived_id(holder_id, "account"))


def deposit(programme_id: UUID, document: str, amount: int) -> Posting:
    """The province's money reaches the programme's account; each document counts once."""
    reference = derived_id(programme_id, f"deposit {document}")
    return Posting("deposit", reference, TREASURY, fund_of(programme_id), amount)


def contribution(programme_id: UUID, invoice_id: UUID, amount: int) -> Posting:
    """The programme pays an invoice of the insurer."""
    return Posting("contribution", invoice_id, fund_of(programme_id), INSURER, amount)


def benefit(payout_id: UUID, account_id: AccountId, amount: int) -> Posting:
    """The insurer pays onto an account here."""
    return Posting("benefit", payout_id, INSURER, account_id, amount)


def reserve(payout_id: UUID, amount: int) -> Posting:
    """Set a benefit aside before another bank is asked to pay it."""
    return Posting("reserve", payout_id, INSURER, CLEARING, amount)


def settle(payout_id: UUID, amount: int) -> Posting:
    """The other bank has what was set aside."""
    return Posting("settle", payout_id, CLEARING, OTHER_BANKS, amount)


def take_back(payout_id: UUID, amount: int) -> Posting:
    """The other bank refused: what was set aside is the insurer's again."""
    return Posting("return", payout_id, CLEARING, INSURER, amount)


def suspense(difference_id: UUID, amount: int) -> Posting:
    """The rail moved more than our book says: the difference is claimed from the other bank."""
    return Posting("suspense", difference_id, SUSPENSE, OTHER_BANKS, amount)


def recovery(reference: UUID, amount: int) -> Posting:
    """The other bank gave a difference back."""
    return Posting("recovery", reference, OTHER_BANKS, SUSPENSE, amount)


def cash_in(reference: UUID, account_id: AccountId, amount: int) -> Posting:
    """Cash comes over the counter onto an account."""
    return Posting("cash-in", reference, VAULT, account_id, amount)


def cash_out(reference: UUID, account_id: AccountId, amount: int) -> Posting:
    """Cash leaves an account over the counter."""
    return Posting("cash-out", reference, account_id, VAULT, amount)
