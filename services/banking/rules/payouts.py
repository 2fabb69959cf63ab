"""Benefits on their way to those who have a right to them."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contracts.banking import (
    PayoutFailed,
    PayoutOrdered,
    PayoutSettled,
    PayoutStopped,
    PayoutSubmitted,
    StopReason,
)
from contracts.claims import (
    Benefit,
    BenefitLine,
    ClaimApproved,
    CompensationAwarded,
    LinesReleased,
    ScholarshipDecided,
)
from contracts.event import Cause, derived_id
from contracts.types import AccountId, ClaimId, PartyId, PayoutId, WorkerId
from services.banking.rules import ledger as postings
from services.banking.rules.activity import standing_of
from services.banking.rules.ledger import Ledger, Posting
from services.banking.rules.products import products

REASON_LENGTH_MAX = 200
RAIL_AMOUNT_MAX = 250_000_000
"""Rupiah that BI-FAST takes in one transaction (domain 5.5)."""
_LONG_NUMBER = re.compile(r"\d{8,}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


Decision = ClaimApproved | LinesReleased | CompensationAwarded | ScholarshipDecided
"""What claims decides with lines that are to be paid now; it may be none."""


class Payee(NamedTuple):
    """Somebody who is paid on a claim."""

    claim_id: UUID
    payee_id: UUID


class OpenPayout(NamedTuple):
    """A payout that was ordered and is not finished."""

    payout_id: PayoutId
    claim_id: ClaimId
    worker_id: WorkerId
    payee_id: PartyId
    benefit: Benefit
    amount: int
    cause: Cause
    """The event that ordered it. What follows has its id from here: none happens twice."""
    line_id: UUID | None = None
    """The line of the decision, where the decision told one."""


class PayeeAccount(NamedTuple):
    """The account at this bank that a payout is to reach."""

    account_id: AccountId
    product: str
    is_closed: bool
    last_used_at: datetime


class Stop(NamedTuple):
    """Why a person has to look first."""

    reason: StopReason
    words: str


def payout_id_of(claim_id: ClaimId, line: BenefitLine) -> PayoutId:
    """The one reference under which a benefit line is ever paid."""
    if line.line_id is not None:
        return PayoutId(derived_id(line.line_id, "payout"))
    return PayoutId(derived_id(claim_id, f"payout {line.benefit} {line.payee_id}"))


def order(decision: Decision, *, here: Collection[Payee], now: datetime) -> Iterator[PayoutOrdered]:
    """Order a payout for each line: within the bank to whoever is paid here."""
    for line in decision.lines:
        payout_id = payout_id_of(decision.claim_id, line)
        yield PayoutOrdered(
            **decision.cause.stamp(f"order {payout_id}", at=now),
            payout_id=payout_id,
            claim_id=decision.claim_id,
            worker_id=decision.worker_id,
            payee_id=line.payee_id,
            benefit=line.benefit,
            amount=line.amount,
            rail="same-bank" if Payee(decision.claim_id, line.payee_id) in here else "interbank",
            line_id=line.line_id,
        )


def pay_here(
    payout: OpenPayout, account: PayeeAccount, *, ledger: Ledger, now: datetime
) -> PayoutSettled:
    """Pay onto an account at this bank. Raises: FundsInsufficient."""
    posting = postings.benefit(payout.payout_id, account.account_id, payout.amount)
    return _settled(payout, posting, ledger=ledger, now=now)


def stop_here(
    payout: OpenPayout, account: PayeeAccount, *, balance: int, now: datetime
) -> Stop | None:
    """Why an account here may not be paid as it stands, if so (domain 5.2 and 5.4)."""
    if account.is_closed:
        return Stop("account-closed", "the account is closed")
    if standing_of(account.last_used_at, now) == "dormant":
        return Stop("account-dormant", f"nobody used it since {account.last_used_at.date()}")
    most = products()[account.product].balance_max
    if most is not None and balance + payout.amount > most:
        words = f"the {account.product} account holds at most Rp{most:,}: upgrade it, then resume"
        return Stop("product-limit", words)
    return None


def stop_elsewhere(payout: OpenPayout) -> Stop | None:
    """Why the rail does not take a payout, if so."""
    if payout.amount > RAIL_AMOUNT_MAX:
        return Stop("rail-limit", f"the rail takes at most Rp{RAIL_AMOUNT_MAX:,} in a transaction")
    return None


def stop(payout: OpenPayout, why: Stop, *, turn: UUID, now: datetime) -> PayoutStopped:
    """Leave the payout to a person. `turn` names the occasion: it may be stopped again, later."""
    return PayoutStopped(
        **payout.cause.stamp(f"stop {turn}", at=now),
        payout_id=payout.payout_id,
        claim_id=payout.claim_id,
        worker_id=payout.worker_id,
        reason=why.reason,
        words=line(why.words),
    )


def submit(payout: OpenPayout, *, ledger: Ledger, now: datetime) -> PayoutSubmitted:
    """Set the money aside before the rail is called. Raises: FundsInsufficient."""
    return PayoutSubmitted(
        **payout.cause.stamp("submit", at=now),
        payout_id=payout.payout_id,
        claim_id=payout.claim_id,
        worker_id=payout.worker_id,
        transfer=ledger.post(postings.reserve(payout.payout_id, payout.amount)),
    )


def settle(
    payout: OpenPayout, *, ledger: Ledger, now: datetime, confirmed_by: str | None = None
) -> PayoutSettled:
    """The other bank has the money, as the rail says or two officers do."""
    posting = postings.settle(payout.payout_id, payout.amount)
    return _settled(payout, posting, ledger=ledger, now=now, confirmed_by=confirmed_by)


def fail(
    payout: OpenPayout,
    reason: str,
    *,
    ledger: Ledger,
    now: datetime,
    confirmed_by: str | None = None,
) -> PayoutFailed:
    """The other bank refused for good, in these words: the money is the insurer's again."""
    return PayoutFailed(
        **payout.cause.stamp("fail", at=now),
        payout_id=payout.payout_id,
        claim_id=payout.claim_id,
        worker_id=payout.worker_id,
        benefit=payout.benefit,
        reason=line(reason),
        transfer=ledger.post(postings.take_back(payout.payout_id, payout.amount)),
        confirmed_by=confirmed_by,
        line_id=payout.line_id,
    )


def waits_for_money(shortfall: int) -> str:
    """Why a payout stays ordered: so much the Insurer account lacks for it and all before it."""
    return (
        f"waits for money: the Insurer account lacks Rp{shortfall:,} for this and all that was "
        "ordered before; it is paid by itself when contributions bring it"
    )


def bring_money(shortfall: int) -> str:
    """What to do while the Insurer account lacks so much for all that waits."""
    return (
        f"The Insurer account lacks Rp{shortfall:,}: tell the agency and the province today, for "
        "only contributions fill it (POST /deposits, then POST /payment-orders); what waits is "
        "then paid by itself, the oldest first."
    )


def line(words: str) -> str:
    """Another bank's words as one line that an event may carry."""
    return without_numbers(_CONTROL.sub(" ", words)).strip()[:REASON_LENGTH_MAX].strip() or "-"


def without_numbers(words: str) -> str:
    """Another bank's words without what may be an account number."""
    return _LONG_NUMBER.sub("(number)", words)


def same_name(one: str, other: str) -> bool:
    """Whether two ways to write a holder's name are one, but for case, accents and signs."""
    return _plain(one) == _plain(other) != ""


def _plain(name: str) -> str:
    letters = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", name)
        if not unicodedata.combining(letter) and letter not in "'\u2019`"
    )
    return " ".join(re.sub(r"[\W_]+", " ", letters.casefold()).split())


def _settled(
    payout: OpenPayout,
    posting: Posting,
    *,
    ledger: Ledger,
    now: datetime,
    confirmed_by: str | None = None,
) -> PayoutSettled:
    return PayoutSettled(
        **payout.cause.stamp("settle", at=now),
        payout_id=payout.payout_id,
        claim_id=payout.claim_id,
        worker_id=payout.worker_id,
        benefit=payout.benefit,
        amount=payout.amount,
        transfer=ledger.post(posting),
        confirmed_by=confirmed_by,
        line_id=payout.line_id,
    )
