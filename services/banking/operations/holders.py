"""Record who appeared at the counter, and make the account active."""

from uuid import UUID

from pydantic import BaseModel

from chassis.state.unit import Unit
from chassis.subject_keys import keep_keys, keys_of
from chassis.web.access import Caller
from contracts.banking import KycLevel, ScreeningResult
from contracts.event import Cause
from contracts.sealed import Sealed
from services.banking.adapters.holders import HolderIdentity, Holders
from services.banking.operations.account_states import (
    ShownState,
    account_to_change,
    shown_state,
)
from services.banking.operations.identity_checks import Seen
from services.banking.queries import holders as queries
from services.banking.rules import kyc as rules


class Verification(BaseModel):
    """What the comparison came to."""

    account_id: UUID
    holder_id: UUID
    state: ShownState
    level: KycLevel
    name_matches: bool
    nik_matches: bool
    screening: ScreeningResult
    second_officer_needed: bool
    """The account stays closed to the holder until another officer activates it with a reason."""


class Activated(BaseModel):
    """An account that its holder may use."""

    account_id: UUID
    holder_id: UUID
    state: ShownState


async def verify(
    unit: Unit, account_id: UUID, seen: Seen, *, holders: Holders, by: Caller, cause: Cause
) -> Verification:
    """Record who appeared, sealed; the account is active when nothing is left to clear.

    Raises: AccountUnknown, OutsideArea, AccountIsClosed, AccountUnderBlock, PassbookNotCollected.
    """
    account = await account_to_change(unit, account_id, by=by)
    passbook = queries.passbook_of(account)
    identity = await _sealed(unit, account.holder_id, seen.identity, holders=holders)
    events = rules.verify(
        passbook, seen.compared, identity, officer=by.name, cause=cause, now=unit.now
    )
    await unit.record(events)
    await unit.session.refresh(account)
    return Verification(
        account_id=account_id,
        holder_id=account.holder_id,
        state=shown_state(account),
        level="full" if seen.compared.matches else "simplified",
        name_matches=seen.compared.name_matches,
        nik_matches=seen.compared.nik_matches,
        screening=seen.compared.screening,
        second_officer_needed=account.state != "active",
    )


async def activate(
    unit: Unit, account_id: UUID, *, reason: str, by: Caller, cause: Cause
) -> Activated:
    """Make an account active in spite of a difference or a hit, by a second officer.

    Raises: AccountUnknown, OutsideArea and what `rules.activate` does.
    """
    account = await account_to_change(unit, account_id, by=by)
    found = await queries.holder(unit.session, account.holder_id)
    activated = rules.activate(
        queries.passbook_of(account),
        rules.Verified(found.account_id, found.verified_by) if found else None,
        reason=reason,
        officer=by.name,
        cause=cause,
        now=unit.now,
    )
    await unit.record([activated])
    return Activated(account_id=account_id, holder_id=account.holder_id, state="active")


async def _sealed(unit: Unit, holder_id: UUID, who: HolderIdentity, *, holders: Holders) -> Sealed:
    """The bank's own copy, under the key that the holder has or under a fresh one."""
    kept = await keys_of(unit.session, [holder_id])
    if holder_id in kept:
        return holders.seal_again(holder_id, who, kept[holder_id])
    block, fresh = holders.seal(holder_id, who)
    await keep_keys(unit.session, fresh, at=unit.now)
    return block
