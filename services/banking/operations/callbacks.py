"""Take in what the rail tells unasked."""

import hashlib
import logging
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import text

from chassis.state.unit import Unit
from contracts.event import derived_id
from contracts.refusal import Refused
from services.banking.adapters.snap import Outcome, Partner, payout_of, read
from services.banking.operations import leases
from services.banking.operations.payout_queue import standing_of
from services.banking.queries import payouts as queries
from services.banking.queries.ledger import ledger_locked
from services.banking.rules import callbacks as rules
from services.banking.rules import payouts
from services.banking.rules.callbacks import Amount, Change
from services.banking.rules.ledger import CLEARING
from services.banking.rules.payouts import OpenPayout, Stop

_REMEMBER = text("""
    INSERT INTO rail_callback (digest, received_at) VALUES (:digest, now())
    ON CONFLICT DO NOTHING RETURNING 1""")
log = logging.getLogger(__name__)


class CallBackNotAuthentic(Refused):
    """The call-back is not signed by the rail, or was long ago."""

    slug, status, retryable = "call-back-not-authentic", 401, False


class CallBackUnreadable(Refused):
    """The call-back is signed, and no status of a transfer."""

    slug, status, retryable = "call-back-unreadable", 400, False


class Heard(BaseModel):
    """The call-back was taken in, or was known, or is not about a payout of this bank."""

    heard: bool = True


def check_authentic(
    partner: Partner, *, path: str, body: bytes, timestamp: str, signature: str, now: datetime
) -> None:
    """Before anything of it is read. `now` is real time. Raises: CallBackNotAuthentic."""
    if not partner.has_signed(signature, path=path, body=body, timestamp=timestamp, now=now):
        raise CallBackNotAuthentic(
            "X-SIGNATURE is not the rail's over this body, this path and X-TIMESTAMP, or "
            "X-TIMESTAMP is more than 5 minutes off: sign it anew"
        )


def outcome_in(body: bytes) -> Outcome:
    """What a call-back says. Raises: CallBackUnreadable."""
    told = read(body, Outcome)
    if told is None:
        raise CallBackUnreadable("send the status of one transfer as docs/banking/rail.md has it")
    return told


async def take_in(unit: Unit, told: Outcome, *, body: bytes) -> None:
    """Change what the call-back changes, once. Call it in a bulk unit.

    What is not about a payout of this bank leaves no trace but a line in the log.
    """
    payout_id = payout_of(told.original_partner_reference_no)
    found = await queries.payout(unit.session, payout_id) if payout_id else None
    if found is None or found.rail != "interbank":
        log.warning("the rail called back for a reference that is none of ours")
        return
    digest = hashlib.sha256(body).digest()
    if await unit.session.scalar(_REMEMBER, {"digest": digest}) is None:
        return
    payout = queries.open_payout(found)
    outcome = rules.told(told.latest_transaction_status)
    amount = _amount(told, payout)
    left = await leases.waiting(unit.session, payout.payout_id)
    change = rules.change(
        standing_of(found),
        outcome,
        agrees=amount.agrees,
        was_sent=left is not None and left.sent_at is not None,
    )
    log.info("the rail called back: %s is %s: %s", payout.payout_id, outcome, change.value)
    await unit.record(
        [rules.called_back(payout, outcome, amount=amount, digest=digest.hex(), now=unit.now)]
    )
    await _follow(unit, payout, change, amount=amount.rupiah)


def _amount(told: Outcome, payout: OpenPayout) -> Amount:
    if told.amount is None:
        return Amount(0, None)
    return Amount(told.amount.rupiah, told.amount.is_of(payout.amount))


async def _follow(unit: Unit, payout: OpenPayout, change: Change, *, amount: int) -> None:
    match change:
        case Change.SETTLE:
            ledger = await ledger_locked(unit.session, CLEARING)
            await unit.record([payouts.settle(payout, ledger=ledger, now=unit.now)])
        case Change.ASK:
            await leases.hurry(unit.session, payout.payout_id)
        case Change.STOP:
            words = f"call-back: the rail tells of Rp{amount:,}, ours is Rp{payout.amount:,}"
            turn = derived_id(payout.payout_id, f"call-back of {amount}")
            why = Stop("amount-differs", words)
            await unit.record([payouts.stop(payout, why, turn=turn, now=unit.now)])
            await leases.end(unit.session, payout.payout_id)
