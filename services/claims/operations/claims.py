"""File claims, register heirs, attach documents, verify."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from chassis.state.unit import Unit
from chassis.subject_keys import keep_keys
from chassis.web.access import Caller
from contracts.claims import HeirClass
from contracts.event import Cause, derived_id
from contracts.refusal import Refused
from contracts.types import PartyId, WorkerId
from services.claims.adapters import Identities
from services.claims.queries import claims as queries
from services.claims.rules import claims as rules
from services.claims.rules.claims import ClaimState, HeldClaim, Paper
from services.claims.rules.heirs import HeirIdentity, Party, register_heir


class MemberUnknown(Refused):
    """No member has this id, or the news of the enrollment has not arrived yet."""

    slug, status, retryable = "member-unknown", 404, True


class ClaimUnknown(Refused):
    """No claim has this id."""

    slug, status, retryable = "claim-unknown", 404, False


class Filed(BaseModel):
    """The claim that was filed."""

    claim_id: UUID


class Registered(BaseModel):
    """The heir that was registered."""

    party_id: UUID


class Attached(BaseModel):
    """The document that was attached."""

    document_id: UUID


class Stepped(BaseModel):
    """The state that a claim is in now."""

    claim_id: UUID
    state: ClaimState


@dataclass(frozen=True)
class NewHeir:
    """An heir as the clerk has them before them."""

    heir_class: HeirClass
    account: Literal["open-here", "elsewhere"]
    identity: HeirIdentity


async def file_claim(
    unit: Unit, worker_id: UUID, *, died_on: date, by: Caller, cause: Cause
) -> Filed:
    """File a member's death. Raises: MemberUnknown, OutsideArea, ClaimAlreadyOpen, DiedInFuture."""
    member = await queries.member_locked(unit.session, worker_id)
    if member is None:
        raise MemberUnknown(f"no member {worker_id}: check the id, or try again in a moment")
    by.check_area(member.village_code)
    filed = rules.file_claim(
        WorkerId(worker_id),
        died_on=died_on,
        open_claim=await queries.open_claim(unit.session, worker_id),
        cause=cause,
        officer=by.name,
        now=unit.now,
    )
    await unit.record([filed])
    return Filed(claim_id=filed.claim_id)


async def add_heir(
    unit: Unit, claim_id: UUID, heir: NewHeir, *, identities: Identities, by: Caller, cause: Cause
) -> Registered:
    """Register an heir, sealed under a key of their own.

    Raises: ClaimUnknown, OutsideArea, ClaimInOtherState, HeirClassMixed.
    """
    claim = await held_claim(unit, claim_id, by=by)
    party_id = PartyId(derived_id(cause.cause_id, "party"))
    block, wrapped = identities.seal(party_id, heir.identity)
    registered = register_heir(
        claim,
        Party(party_id, heir.heir_class, heir.account, block),
        classes=set((await queries.heirs(unit.session, claim_id)).values()),
        cause=cause,
        officer=by.name,
        now=unit.now,
    )
    await keep_keys(unit.session, wrapped, at=unit.now)
    await unit.record([registered])
    return Registered(party_id=party_id)


async def attach_document(
    unit: Unit, claim_id: UUID, paper: Paper, *, by: Caller, cause: Cause
) -> Attached:
    """Attach a document; one of the same kind counts no longer.

    Raises: ClaimUnknown, OutsideArea, ClaimInOtherState, IssuedInFuture.
    """
    claim = await held_claim(unit, claim_id, by=by)
    attached = rules.attach_document(
        claim,
        paper,
        current=await queries.current_documents(unit.session, claim_id),
        cause=cause,
        officer=by.name,
        now=unit.now,
    )
    await unit.record([attached])
    return Attached(document_id=attached.document_id)


async def verify(unit: Unit, claim_id: UUID, *, by: Caller, cause: Cause) -> Stepped:
    """Verify a claim. Raises: ClaimUnknown, OutsideArea, ClaimInOtherState, DocumentsMissing,
    HeirMissing."""
    claim = await held_claim(unit, claim_id, by=by)
    verified = rules.verify(
        claim,
        documents=(await queries.current_documents(unit.session, claim_id)).keys(),
        heirs=len(await queries.heirs(unit.session, claim_id)),
        cause=cause,
        officer=by.name,
        now=unit.now,
    )
    await unit.record([verified])
    return Stepped(claim_id=claim_id, state="verified")


async def held_claim(unit: Unit, claim_id: UUID, *, by: Caller) -> HeldClaim:
    """The claim, locked until the transaction ends. Raises: ClaimUnknown, OutsideArea."""
    claim = await queries.claim_locked(unit.session, claim_id)
    if claim is None:
        raise ClaimUnknown(f"no claim {claim_id}: see the list of claims")
    by.check_area(await queries.village_code(unit.session, claim.worker_id))
    return claim
