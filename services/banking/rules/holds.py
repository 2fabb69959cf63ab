"""Money that is kept back on an account, and let go again."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contracts.banking import HoldPlaced, HoldReleased
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from contracts.types import AccountId
from services.banking.rules.ledger import Ledger


class HoldNotCovered(Refused):
    """There is less free money on the account than is to be kept back."""

    slug, status, retryable = "hold-not-covered", 409, True


class HoldAlreadyReleased(Refused):
    """The money is free since then."""

    slug, status, retryable = "hold-already-released", 409, False


class Held(NamedTuple):
    """A hold as it stands. `amount` in rupiah."""

    hold_id: UUID
    account_id: AccountId
    amount: int
    released_at: datetime | None


class Act(NamedTuple):
    """Who keeps money back or lets it go, why, and by what command."""

    officer: str
    reason: str
    cause: Cause


def place(
    account_id: AccountId, amount: int, act: Act, *, ledger: Ledger, now: datetime
) -> HoldPlaced:
    """Keep this much back. Raises: HoldNotCovered."""
    free = ledger.available(account_id)
    if amount > free:
        raise HoldNotCovered(f"Rp{free:,} of the account are free: keep back no more than that.")
    return HoldPlaced(
        **act.cause.stamp("place-hold", at=now),
        account_id=account_id,
        hold_id=derived_id(act.cause.cause_id, "hold"),
        amount=amount,
        reason=act.reason,
        placed_by=act.officer,
    )


def release(held: Held, act: Act, *, now: datetime) -> HoldReleased:
    """Let the money go, once. Raises: HoldAlreadyReleased."""
    if held.released_at is not None:
        raise HoldAlreadyReleased(f"This hold was released on {held.released_at:%Y-%m-%d}.")
    return HoldReleased(
        **act.cause.stamp("release-hold", at=now),
        account_id=held.account_id,
        hold_id=held.hold_id,
        amount=held.amount,
        reason=act.reason,
        released_by=act.officer,
    )
