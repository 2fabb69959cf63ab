"""Register those with a part in a claim, strike them, record the family and the shares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.claims import HeirClass, HeirRegistered
from contracts.event import Cause, Event, derived_id
from contracts.refusal import Refused
from contracts.types import PartyId
from services.claims.adapters import Tools
from services.claims.adapters.identities import HEIR
from services.claims.operations.held import held_claim
from services.claims.queries import heirs as queries
from services.claims.rules import heirs as rules
from services.claims.rules.claims import HeldClaim
from services.claims.rules.heirs import Hidden, NewParty, NewShares, Party
from services.claims.rules.parties import fund, phone_digits

POWER = "power-of-attorney"


class Registered(BaseModel):
    """The party that was registered."""

    party_id: UUID


class Struck(BaseModel):
    """The parties that were struck: with the arranger of a funeral the fund."""

    struck: list[UUID]


class FamilyTold(BaseModel):
    """The family as it is recorded now, and the class that counts."""

    claim_id: UUID
    living: dict[str, int]
    heir_class: HeirClass


class SharesTold(BaseModel):
    """The shares as they are agreed now."""

    claim_id: UUID
    whole: int
    payees: list[UUID]


class FirstHeirs(NamedTuple):
    """The parties that came with an application, to be recorded with it."""

    events: list[Event]
    keys: Mapping[UUID, bytes]
    """The wrapped keys of those whom the events seal."""
    party_ids: list[UUID]
    """In the order in which they were given."""
    parties: Sequence[Party]


def first_heirs(
    claim: HeldClaim,
    parties: Sequence[NewParty],
    *,
    tools: Tools,
    by: Caller,
    cause: Cause,
    now: datetime,
) -> FirstHeirs:
    """Register the first parties of a claim that was just filed, with its family as recorded.

    While no family is recorded, those listed count as the whole family.
    Raises: what `rules.heirs.register` refuses.
    """
    events: list[Event] = []
    living = rules.implied_family(claim, parties)
    if living is not None:
        stamp = cause.stamp("imply-family", at=now)
        events.append(rules.record_family(claim, living, known=(), stamp=stamp, officer=by.name))
        claim = replace(claim, living=living)
    fresh = _Registration(claim, [], tools, cause, now, by.name)
    fresh.take(parties)
    party_ids: list[UUID] = [fresh.party_id(place) for place in range(len(parties))]
    return FirstHeirs([*events, *fresh.events], fresh.wrapped, party_ids, fresh.known)


async def register_heir(
    unit: Unit, claim_id: UUID, party: NewParty, *, tools: Tools, by: Caller, cause: Cause
) -> Registered:
    """Register one party; who lives of the family is told apart.

    Raises: ClaimUnknown, OutsideArea, and what `rules.heirs.register` refuses.
    """
    claim = await held_claim(unit, claim_id, by=by)
    known = await queries.parties(unit.session, claim_id)
    fresh = _Registration(claim, list(known), tools, cause, unit.now, by.name)
    fresh.take([party])
    await unit.record(fresh.events, keys=fresh.wrapped)
    return Registered(party_id=fresh.party_id(0))


async def strike_heir(
    unit: Unit, claim_id: UUID, party_id: UUID, *, reason: str, by: Caller, cause: Cause
) -> Struck:
    """Strike who was registered by mistake.

    Raises: ClaimUnknown, OutsideArea, ClaimInOtherState, PartyUnknown, PartyNeeded.
    """
    claim = await held_claim(unit, claim_id, by=by)
    parties = rules.to_strike(party_id, await queries.parties(unit.session, claim_id))
    struck = [
        rules.strike(
            claim,
            party,
            reason=reason,
            stamp=cause.stamp(f"strike {party.party_id}", at=unit.now),
            officer=by.name,
        )
        for party in parties
    ]
    await unit.record(struck)
    return Struck(struck=[event.party_id for event in struck])


async def record_family(
    unit: Unit, claim_id: UUID, living: Mapping[str, int], *, by: Caller, cause: Cause
) -> FamilyTold:
    """Record how many of each class of heirs live.

    Raises: ClaimUnknown, OutsideArea, and what `rules.families.record_family` refuses.
    """
    claim = await held_claim(unit, claim_id, by=by)
    recorded = rules.record_family(
        claim,
        living,
        known=await queries.parties(unit.session, claim_id),
        stamp=cause.stamp("record-family", at=unit.now),
        officer=by.name,
    )
    await unit.record([recorded])
    counts = rules.class_that_counts(recorded.living)
    return FamilyTold(claim_id=claim_id, living=recorded.living, heir_class=counts)


async def agree_shares(
    unit: Unit, claim_id: UUID, shares: NewShares, *, by: Caller, cause: Cause
) -> SharesTold:
    """Record how the heirs share.

    Raises: ClaimUnknown, OutsideArea, and what `rules.shares.agree_shares` refuses.
    """
    claim = await held_claim(unit, claim_id, by=by)
    agreed = rules.agree_shares(
        claim,
        shares,
        heirs=await queries.parties(unit.session, claim_id),
        powers=await queries.papers(unit.session, claim_id, kind=POWER),
        stamp=cause.stamp("agree-shares", at=unit.now),
        officer=by.name,
    )
    await unit.record([agreed])
    return SharesTold(
        claim_id=claim_id,
        whole=agreed.whole,
        payees=[share.party_id for share in agreed.shares],
    )


@dataclass
class _Registration:
    """Parties of one request, registered one after the other so that each sees those before."""

    claim: HeldClaim
    known: list[Party]
    tools: Tools
    cause: Cause
    now: datetime
    officer: str
    wrapped: dict[UUID, bytes] = field(default_factory=dict)
    events: list[HeirRegistered] = field(default_factory=list)

    def take(self, parties: Sequence[NewParty]) -> None:
        """Register them: guardians first, minors last; with an arranger the fund."""
        for place in rules.order_of(parties, filed_at=self.claim.filed_at):
            try:
                self._register(parties[place], str(place))
            except Refused as refusal:
                which = f"number {place + 1} of {len(parties)}: " if len(parties) > 1 else ""
                raise type(refusal)(f"{which}{refusal}") from refusal
            if parties[place].role == "arranger":
                self._register(self._fund(), "fund")

    def party_id(self, place: int | str) -> PartyId:
        """The id of the party at this place of the request."""
        return PartyId(derived_id(self.cause.cause_id, f"party {place}"))

    def _register(self, party: NewParty, place: str) -> None:
        event = rules.register(
            self.claim,
            party,
            self._hidden(self.party_id(place), party),
            known=self.known,
            stamp=self.cause.stamp(f"register-party {place}", at=self.now),
            officer=self.officer,
        )
        self.known.append(event)
        self.events.append(event)

    def _fund(self) -> NewParty:
        settings = self.tools.settings
        return fund(bank_code=settings.fund_bank_code, account_number=settings.fund_account_number)

    def _hidden(self, party_id: PartyId, party: NewParty) -> Hidden:
        who, mark = party.identity, self.tools.marks.mark
        block, wrapped = self.tools.identities.seal(party_id, who, kind=HEIR)
        self.wrapped.update(wrapped)
        if party.role == "fund":  # in many claims, and no person
            return Hidden(party_id, block, None, None, None)
        phone = phone_digits(who.phone or "")
        account = f"{who.bank_code}{who.account_number}"
        return Hidden(
            party_id,
            block,
            account_mark=None if who.account_number is None else mark("account", account),
            phone_mark=mark("phone", phone) if phone else None,
            person_mark=None if who.nik is None else mark("person", who.nik),
        )
