"""Compare who appears with the record, screen, and make the account active."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit, Units
from chassis.subject_keys import keep_keys, keys_of
from chassis.web.access import Caller
from contracts.banking import KycLevel, Paper, ScreeningResult
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.sealed import Sealed
from services.banking.adapters import Tools
from services.banking.adapters.holders import HolderIdentity, Holders
from services.banking.adapters.key_service import KeysUnavailable
from services.banking.adapters.member_identities import RecordUnreadable
from services.banking.adapters.screening import ScreeningUnavailable
from services.banking.operations.account_states import (
    ShownState,
    account_to_change,
    account_to_read,
    check_place,
    shown_state,
)
from services.banking.queries import holders as queries
from services.banking.rules import kyc as rules
from services.banking.rules.kyc import Compared, Names
from services.banking.rules.passbooks import Passbook

REASON = "name and NIK are compared at the counter by {officer}"


class KeysNotGiven(Refused):
    """Who registered the person does not answer, so nothing can be compared."""

    slug, status, retryable = "holder-keys-unavailable", 503, True


class RecordMissing(Refused):
    """There is no record that could be read: it was erased, or the bank was not told it."""

    slug, status, retryable = "record-unreadable", 409, False


class ScreeningNotAnswered(Refused):
    """The list of persons with whom a bank may not deal does not answer."""

    slug, status, retryable = "screening-unavailable", 503, True


class HolderUnknown(Refused):
    """The bank knows nobody under this id."""

    slug, status, retryable = "holder-unknown", 404, True


@dataclass(frozen=True, repr=False)
class Shown:
    """Who appeared, as the papers say."""

    name: str
    nik: str
    born_on: date | None = None


@dataclass(frozen=True, repr=False)
class Seen:
    """Who appeared, and what the comparison came to."""

    identity: HolderIdentity
    compared: Compared


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


class HolderStanding(BaseModel):
    """As much of an account as others than the bank may know: never what it holds."""

    holder_id: UUID
    account_id: UUID | None
    number_masked: str | None
    state: ShownState | None
    """None: no account yet, for papers are missing."""
    missing: list[Paper]
    """The papers that a member without an account lacks."""
    holder_matches: bool | None
    """Whether who appeared is who the record says; None: nobody appeared yet."""


@dataclass(frozen=True)
class Counter:
    """One process's way to the record and to the list, outside any transaction."""

    units: Units
    tools: Tools

    async def look(
        self, account_id: UUID, shown: Shown, *, by: Caller, check: Callable[[Passbook], None]
    ) -> Seen:
        """Compare and screen; nothing is changed. `check` refuses before anybody is asked.

        Raises: AccountUnknown, OutsideArea, KeysNotGiven, RecordMissing, ScreeningNotAnswered.
        """
        async with self.units.reading(area=by.area) as session:
            account = await account_to_read(session, account_id, by=by)
            check(queries.passbook_of(account))
            record = await queries.registered(session, account)
        registered = await self._registered(record, by=by)
        try:
            screened = await self.tools.screening.screen(shown.name, shown.born_on)
        except ScreeningUnavailable as error:
            raise ScreeningNotAnswered(f"Nothing was changed, {error}: try again later.") from None
        compared = rules.compare(
            Names(shown.name, shown.nik),
            Names(registered.name, registered.nik),
            screening=screened.result,
            reference=screened.reference,
        )
        return Seen(HolderIdentity(name=shown.name, nik=shown.nik), compared)

    async def _registered(self, record: Sealed | None, *, by: Caller) -> HolderIdentity:
        if record is None:
            raise RecordMissing("The bank was not told who this is: rebuild its copies first.")
        reason = REASON.format(officer=by.name)
        try:
            return await self.tools.identities.registered(record, reason=reason)
        except KeysUnavailable as error:
            raise KeysNotGiven(f"Nothing was changed, {error}: try again later.") from None
        except RecordUnreadable as error:
            raise RecordMissing(f"Who this is cannot be read: {error}.") from None


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


async def standing(session: AsyncSession, holder_id: UUID, *, by: Caller) -> HolderStanding:
    """The account of a member or an heir, as others may know it.

    Raises: HolderUnknown, OutsideArea.
    """
    account = await queries.account_of_holder(session, holder_id)
    if account is None:
        return await _deferred(session, holder_id, by=by)
    check_place(account.village_code, by=by)
    found = await queries.holder(session, holder_id)
    return HolderStanding(
        holder_id=holder_id,
        account_id=account.account_id,
        number_masked=account.number_masked,
        state=shown_state(account),
        missing=[],
        holder_matches=found.name_matches and found.nik_matches if found else None,
    )


async def _deferred(session: AsyncSession, holder_id: UUID, *, by: Caller) -> HolderStanding:
    deferred = await queries.deferral(session, holder_id)
    if deferred is None:
        raise HolderUnknown("The bank has heard of nobody with this id: wait, or check the id.")
    lacks, village_code = deferred
    check_place(village_code, by=by)
    missing: list[Paper] = lacks.missing.split()  # type: ignore[assignment]
    return HolderStanding(
        holder_id=holder_id,
        account_id=None,
        number_masked=None,
        state=None,
        missing=missing,
        holder_matches=None,
    )


async def _sealed(unit: Unit, holder_id: UUID, who: HolderIdentity, *, holders: Holders) -> Sealed:
    """The bank's own copy, under the key that the holder has or under a fresh one."""
    kept = await keys_of(unit.session, [holder_id])
    if holder_id in kept:
        return holders.seal_again(holder_id, who, kept[holder_id])
    block, fresh = holders.seal(holder_id, who)
    await keep_keys(unit.session, fresh, at=unit.now)
    return block
