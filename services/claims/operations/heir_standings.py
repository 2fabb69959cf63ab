"""Show the parties of a claim, with as much of who they are as the caller may see."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from chassis.correlation import correlation_id
from chassis.ids import new_id
from chassis.sealing import masked, open_sealed
from chassis.state.unit import Unit
from chassis.subject_keys import keys_of
from chassis.web.access import Caller
from contracts.claims import SubjectKeyRead
from contracts.event import Cause
from contracts.sealed import Sealed
from services.claims.adapters.identities import Identities
from services.claims.models import Heir
from services.claims.operations.held import ClaimUnknown
from services.claims.queries import heirs as queries
from services.claims.rules.heirs import HeirIdentity

SEE_NAMES = ("branch", "approver")


class HeirStanding(BaseModel):
    """A party of a claim. NIK and account number without their middle."""

    party_id: UUID
    role: str
    heir_class: int
    relation: str | None
    is_minor: bool
    guardian_id: UUID | None
    in_family_card: bool
    account: str
    is_account_new: bool
    registered_by: str
    name: str | None = None
    nik: str | None = None
    bank_code: str | None = None
    account_number: str | None = None


class HeirList(BaseModel):
    """The parties of a claim who are not struck; the family and the shares as recorded."""

    claim_id: UUID
    living: dict[str, int] | None
    shares: dict[str, Any] | None
    heirs: list[HeirStanding]


async def heirs_of(
    unit: Unit, claim_id: UUID, *, reason: str | None, identities: Identities, by: Caller
) -> HeirList:
    """The parties of a claim; of each whom the caller is shown by name there is a record.

    Raises: ClaimUnknown, OutsideArea.
    """
    standing = await queries.standing(unit.session, claim_id)
    if standing is None:
        raise ClaimUnknown(f"no claim {claim_id}: see the list of claims")
    by.check_area(standing.village_code)
    found = await queries.heirs(unit.session, claim_id)
    seen: dict[UUID, HeirIdentity] = {}
    if reason is not None and by.role in SEE_NAMES:
        seen = await _opened(unit, found, reason=reason, identities=identities, by=by)
    shown = [_standing(heir, seen.get(heir.party_id)) for heir in found]
    return HeirList(claim_id=claim_id, living=standing.living, shares=standing.shares, heirs=shown)


async def _opened(
    unit: Unit, found: Sequence[Heir], *, reason: str, identities: Identities, by: Caller
) -> dict[UUID, HeirIdentity]:
    wrapped = await keys_of(unit.session, [heir.party_id for heir in found])
    read_id = new_id()
    cause = Cause(read_id, correlation_id() or read_id)
    await unit.record(
        SubjectKeyRead(
            **cause.stamp(f"read {subject}", at=unit.now),
            subject_id=subject,
            read_by=by.name,
            role=by.role,
            reason=reason,
        )
        for subject in sorted(wrapped)
    )
    blocks = {
        heir.party_id: Sealed.model_validate_json(json.dumps(heir.identity)) for heir in found
    }
    return {
        subject: open_sealed(blocks[subject], identities.wrap.unwrap(subject, key), HeirIdentity)
        for subject, key in wrapped.items()
    }


def _standing(heir: Heir, who: HeirIdentity | None) -> HeirStanding:
    plain = heir.model_dump(include=set(HeirStanding.model_fields))
    if who is None:
        return HeirStanding(**plain)
    return HeirStanding(
        **plain,
        name=who.name,
        nik=who.nik and masked(who.nik),
        bank_code=who.bank_code,
        account_number=who.account_number and masked(who.account_number),
    )
