"""Transfers in batches: each row is posted, or refused for a reason of its own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contracts.banking import TransferPosted
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.types import AccountId
from services.banking.rules.account_use import AccountFacts, check_credit, check_debit
from services.banking.rules.ledger import FIXED, Ledger, Posting

ROWS_MAX = 10_000
"""Rows in one batch: about two seconds of a service's time."""


class LedgerAccountUnknown(Refused):
    """A row names an account that is neither a holder's nor a programme's."""

    slug, status, retryable = "account-unknown", 404, True


class AccountNotForBatches(Refused):
    """The bank's own accounts are moved by what they are for, never by a batch."""

    slug, status, retryable = "account-not-for-batches", 403, False


class AccountElsewhere(Refused):
    """An account of the row is at home outside the caller's area."""

    slug, status, retryable = "outside-area", 403, False


class SameAccount(Refused):
    """Money would leave an account and reach the same one."""

    slug, status, retryable = "same-account", 422, False


class ReferenceUsed(Refused):
    """Something else was posted under this reference."""

    slug, status, retryable = "reference-used", 409, False


class Content(NamedTuple):
    """What a reference stands for, for ever. `amount` in rupiah."""

    debit_account: UUID
    credit_account: UUID
    amount: int
    purpose: str


class Row(NamedTuple):
    """A transfer that is asked for."""

    reference: UUID
    content: Content


class RefusedRow(NamedTuple):
    """A row that was not posted: its place in the batch, counted from 1, and why."""

    row: int
    reference: UUID
    refusal: Refused


class Batch(NamedTuple):
    """Whose batch it is, and under which id its transfers stand."""

    batch_id: UUID
    posted_by: str
    cause: Cause


@dataclass
class Books:
    """All that decides on a batch. The caller holds its locks; it changes as rows are posted."""

    ledger: Ledger
    """Over every account that a row debits."""
    savings: dict[UUID, AccountFacts]
    funds: Collection[UUID]
    outside_area: Collection[UUID]
    """Those of all of them where the caller may do nothing."""
    posted: dict[UUID, Content]
    """What stands under the references already."""


@dataclass
class Outcome:
    """What became of the rows of a batch."""

    posted: list[TransferPosted] = field(default_factory=list)
    repeated: int = 0
    """Rows that stood posted before, with the same content."""
    refused: list[RefusedRow] = field(default_factory=list)


def post(rows: Sequence[Row], books: Books, *, batch: Batch, now: datetime) -> Outcome:
    """Post each row that may be posted, in the order given; a refused one hinders no other."""
    outcome = Outcome()
    for place, row in enumerate(rows, start=1):
        try:
            before = books.posted.get(row.reference)
            if before is None:
                outcome.posted.append(_posted(row, books, batch=batch, now=now))
            elif before == row.content:
                outcome.repeated += 1
            else:
                raise ReferenceUsed(
                    "Another transfer was posted under this reference: give this one its own."
                )
        except Refused as refusal:
            outcome.refused.append(RefusedRow(place, row.reference, refusal))
    return outcome


def _posted(row: Row, books: Books, *, batch: Batch, now: datetime) -> TransferPosted:
    debit, credit, amount, purpose = row.content
    _check(row.content, books)
    transfer = books.ledger.post(
        Posting("posting", row.reference, AccountId(debit), AccountId(credit), amount)
    )
    _carry(row.content, books.savings)
    books.posted[row.reference] = row.content
    return TransferPosted(
        **batch.cause.stamp(f"post {row.reference}", at=now),
        batch_id=batch.batch_id,
        transfer=transfer,
        purpose=purpose,
        posted_by=batch.posted_by,
    )


def _check(content: Content, books: Books) -> None:
    """Raises: what refuses a row, but for the money."""
    debit, credit, amount, _ = content
    if debit == credit:
        raise SameAccount("The row debits and credits the same account: name two.")
    for account in (debit, credit):
        if account not in books.savings and account not in books.funds:
            _refuse(account)
        if account in books.outside_area:
            raise AccountElsewhere(
                f"{account} is at home outside your area: let the office there do it."
            )
    if debit in books.savings:
        check_debit(books.savings[debit], amount)
    if credit in books.savings:
        check_credit(books.savings[credit], amount)


def _refuse(account: UUID) -> None:
    """Raises: AccountNotForBatches, LedgerAccountUnknown."""
    if account in FIXED:
        raise AccountNotForBatches(
            f"{FIXED[AccountId(account)]} is an account of the bank: deposits, payment orders, "
            "payouts and the counter move it."
        )
    raise LedgerAccountUnknown(f"The bank has no account {account}: look it up by its holder.")


def _carry(content: Content, savings: dict[UUID, AccountFacts]) -> None:
    """Let the next rows see what this one did, where a limit asks for it."""
    debit, credit, amount, _ = content
    facts = savings.get(debit)
    if facts is not None and _has_limit(facts):
        savings[debit] = facts._replace(
            balance=facts.balance - amount, debited_this_month=facts.debited_this_month + amount
        )
    facts = savings.get(credit)
    if facts is not None and _has_limit(facts):
        savings[credit] = facts._replace(balance=facts.balance + amount)


def _has_limit(facts: AccountFacts) -> bool:
    return facts.product.balance_max is not None or facts.product.debit_month_max is not None


def accounts_of(rows: Sequence[Row]) -> tuple[set[UUID], set[UUID]]:
    """The accounts that the rows debit, and those that they credit."""
    return (
        {row.content.debit_account for row in rows},
        {row.content.credit_account for row in rows},
    )
