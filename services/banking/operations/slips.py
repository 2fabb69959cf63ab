"""Issue payout slips, print them, and take each of them once."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.key_service import KeysUnavailable
from chassis.paper.terbilang import rupiah_in_words
from chassis.sealing import masked
from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.claims import Benefit
from contracts.event import Cause
from contracts.sealed import Sealed
from services.banking.adapters import Tools
from services.banking.adapters.payees import HeirIdentity, PayeeUnreadable
from services.banking.adapters.slip_pdf import HonoredAt, PrintedSlip, slip_pdf
from services.banking.adapters.slip_tokens import check_digits, token, verified
from services.banking.operations.identity_checks import KeysNotGiven, RecordMissing
from services.banking.operations.payout_queue import PayoutUnknown
from services.banking.queries import payout_lists
from services.banking.queries import slips as queries
from services.banking.rules import slips as rules
from services.banking.rules.slips import IssuedSlip, PaidOut, SlipClaims

REASON_CHARACTERS_MAX = 200


class Issued(BaseModel):
    """A slip that counts from now on. Amount in rupiah."""

    payout_id: UUID
    slip_id: UUID
    number: int
    """Which slip of the payout it is; those before it count no longer."""
    amount: int
    check_digits: str
    """They stand on the paper too."""


class Honored(BaseModel):
    """A slip that was good, and is no more. Compare it with the paper. Amount in rupiah."""

    payout_id: UUID
    claim_id: UUID
    slip_id: UUID
    benefit: Benefit
    amount: int
    amount_in_words: str
    """In Indonesian, as on the paper."""
    check_digits: str
    branch: str
    honored_at: datetime


@dataclass(frozen=True)
class SlipToPrint:
    """All that a slip shows but who the payee is, which is sealed."""

    payout: PaidOut
    slip: IssuedSlip
    block: Sealed
    number_masked: str | None
    """Of the payee's account at this bank."""


async def issue(unit: Unit, payout_id: UUID, *, by: Caller, cause: Cause) -> Issued:
    """Issue a slip. Raises: PayoutUnknown, OutsideArea, PayoutNotSettled, SlipAlreadyHonored,
    SlipsExhausted."""
    payout = await queries.payout_locked(unit.session, payout_id)
    paid = await _inside(unit.session, payout, by=by)
    slips = await queries.slips(unit.session, payout_id)
    issued = rules.issue(paid, slips, officer=by.name, cause=cause, now=unit.now)
    await unit.record([issued])
    return Issued(
        payout_id=payout_id,
        slip_id=issued.slip_id,
        number=issued.number,
        amount=paid.amount,
        check_digits=check_digits(issued.slip_id),
    )


async def honor(
    unit: Unit, shown: str, *, branch: str, tools: Tools, by: Caller, cause: Cause
) -> Honored:
    """Take a slip, wherever its payee comes from, once.

    Raises: SlipUnreadable, SlipForeign, SlipForged, SlipUnknown, SlipSuperseded,
    SlipAlreadyHonored.
    """
    claims = verified(shown, key=tools.slip_key)
    payout = await queries.payout_locked(unit.session, claims.payout_id)
    slips = await queries.slips(unit.session, claims.payout_id)
    paid = rules.check_shown(claims, payout, slips)
    honored = rules.honor(
        paid, slips[-1], branch=branch, officer=by.name, cause=cause, now=unit.now
    )
    await unit.record([honored])
    return Honored(
        payout_id=paid.payout_id,
        claim_id=paid.claim_id,
        slip_id=honored.slip_id,
        benefit=paid.benefit,
        amount=paid.amount,
        amount_in_words=rupiah_in_words(paid.amount),
        check_digits=check_digits(honored.slip_id),
        branch=branch,
        honored_at=honored.occurred_at,
    )


async def to_print(session: AsyncSession, payout_id: UUID, *, by: Caller) -> SlipToPrint:
    """The last slip of a payout. Raises: PayoutUnknown, OutsideArea, SlipNotIssued,
    RecordMissing."""
    paid = await _inside(session, await queries.payout(session, payout_id), by=by)
    slip = rules.last(await queries.slips(session, payout_id), payout_id)
    block = await queries.payee_block(session, paid)
    if block is None:
        raise RecordMissing("The bank was not told who is paid: rebuild its copies first.")
    number = await queries.number_masked(session, paid.payout_id)
    return SlipToPrint(paid, slip, block, number)


async def paper(wanted: SlipToPrint, *, tools: Tools, reason: str, by: Caller) -> bytes:
    """The slip as a PDF, with the payee's name, which claims puts on record with the reason.

    Call it outside any transaction. Raises: KeysNotGiven, RecordMissing.
    """
    said = f"{reason} (asked by {by.name})"[:REASON_CHARACTERS_MAX]
    try:
        payee = await tools.payees.heir(wanted.block, reason=said)
    except KeysUnavailable as error:
        raise KeysNotGiven(f"The slip was not printed, {error}: try again later.") from None
    except PayeeUnreadable as error:
        raise RecordMissing(f"Who is paid cannot be read: {error}.") from None
    return await asyncio.to_thread(slip_pdf, _printed(wanted, payee, tools=tools))


def _printed(wanted: SlipToPrint, payee: HeirIdentity, *, tools: Tools) -> PrintedSlip:
    paid, slip = wanted.payout, wanted.slip
    claims = SlipClaims(paid.payout_id, slip.slip_id, paid.amount)
    elsewhere = payee.account_number if wanted.number_masked is None else None
    assert paid.finished_at is not None  # noqa: S101  (slips are of settled payouts)
    return PrintedSlip(
        payout_id=paid.payout_id,
        claim_id=paid.claim_id,
        benefit=paid.benefit,
        amount=paid.amount,
        amount_in_words=rupiah_in_words(paid.amount),
        paid_at=paid.finished_at,
        payee=payee.name,
        bank_code=payee.bank_code if elsewhere else None,
        number_masked=wanted.number_masked or (elsewhere and masked(elsewhere)),
        number=slip.number,
        issued_by=slip.issued_by,
        issued_at=slip.issued_at,
        check_digits=check_digits(slip.slip_id),
        token=token(claims, issued_at=slip.issued_at, key=tools.slip_key),
        honored=None if slip.honored_at is None else HonoredAt(slip.branch or "", slip.honored_at),
    )


async def _inside(session: AsyncSession, payout: PaidOut | None, *, by: Caller) -> PaidOut:
    if payout is None:
        raise PayoutUnknown("no payout has this id: look it up by its claim, GET /payouts?claim=")
    by.check_area(await payout_lists.area_of(session, payout.worker_id) or by.area)
    return payout
