"""What a call-back of the rail changes: it may only tell what a status query would find."""

from datetime import datetime
from enum import Enum
from typing import Literal, NamedTuple

from contracts.banking import RailCalledBack
from services.banking.rules.payout_queue import Standing
from services.banking.rules.payouts import OpenPayout

Told = Literal["arrived", "failed", "pending"]
_TOLD: dict[str, Told] = {"00": "arrived", "06": "failed"}


class Change(Enum):
    """What follows from a call-back."""

    NOTHING = "nothing"
    SETTLE = "settle"
    ASK = "ask"
    """Have the rail asked for the status at once."""
    STOP = "stop"


class Amount(NamedTuple):
    """An amount as a call-back tells it: 0 and None when it names none."""

    rupiah: int
    agrees: bool | None


def told(latest_transaction_status: str) -> Told:
    """What SNAP's status means; whatever is not an end is pending."""
    return _TOLD.get(latest_transaction_status, "pending")


def change(standing: Standing, outcome: Told, *, agrees: bool | None, was_sent: bool) -> Change:
    """What a call-back changes: nothing once the payout has an end, whatever order they come in.

    An arrival counts only of our amount and of an order that left. `agrees` tells whether the
    amount is ours; None: the call-back names none.
    """
    if standing.state != "submitted" or standing.stopped_reason == "amount-differs":
        return Change.NOTHING
    if agrees is False:
        return Change.STOP
    if outcome == "pending":
        return Change.NOTHING
    if outcome == "arrived" and agrees and was_sent:
        return Change.SETTLE
    return Change.ASK if standing.stopped_reason is None else Change.NOTHING


def called_back(
    payout: OpenPayout, outcome: Told, *, amount: Amount, digest: str, now: datetime
) -> RailCalledBack:
    """Put on record what the rail told; each body once."""
    return RailCalledBack(
        **payout.cause.stamp(f"call-back {digest}", at=now),
        payout_id=payout.payout_id,
        claim_id=payout.claim_id,
        worker_id=payout.worker_id,
        outcome=outcome,
        amount=amount.rupiah,
        agrees=amount.agrees is True,
    )
