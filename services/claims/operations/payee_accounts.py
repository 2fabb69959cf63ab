"""Give a payee another account when the bank could not pay onto the one that was registered."""

import json
from typing import Literal, NamedTuple, cast
from uuid import UUID

from chassis.correlation import correlation_id
from chassis.ids import new_id
from chassis.sealing import open_sealed
from chassis.state.unit import Unit
from chassis.subject_keys import keys_of
from chassis.web.access import Caller
from contracts.claims import HeirClass, Relation, Role, SubjectKeyRead
from contracts.event import Cause
from contracts.sealed import Sealed
from contracts.types import PartyId
from services.claims.adapters import Tools
from services.claims.models import Heir
from services.claims.operations.heirs import Registered
from services.claims.operations.held import held_claim
from services.claims.queries import heirs as queries
from services.claims.rules import payee_accounts as rules
from services.claims.rules.heirs import HeirIdentity, Hidden, NewParty, PartyUnknown


class NewAccount(NamedTuple):
    """Where the money of a party is to go from now on."""

    party_id: UUID
    kind: Literal["open-here", "elsewhere"]
    bank_code: str | None
    account_number: str | None
    is_new: bool
    """Opened less than seven days before."""


async def correct_account(
    unit: Unit, claim_id: UUID, account: NewAccount, *, tools: Tools, by: Caller, cause: Cause
) -> Registered:
    """Register the party again with this account; the bank then sends anew what came back.

    Who the party is, is opened to be sealed with the account, and that is put on record.
    Raises: ClaimUnknown, OutsideArea, PartyUnknown, and what `rules.correct_account` refuses.
    """
    claim, party_id = await held_claim(unit, claim_id, by=by), account.party_id
    heir = await queries.heir(unit.session, claim_id, party_id)
    wrapped = (await keys_of(unit.session, [party_id])).get(party_id)
    if heir is None or wrapped is None:
        raise PartyUnknown(f"nobody with the id {party_id} has a part in this claim")
    key = tools.identities.wrap.unwrap(party_id, wrapped)
    who = open_sealed(Sealed.model_validate_json(json.dumps(heir.identity)), key, HeirIdentity)
    party = _with_account(heir, who, account)
    mark = f"{account.bank_code}{account.account_number}"
    hidden = Hidden(
        PartyId(party_id),
        tools.identities.seal_again(party_id, party.identity, key=key),
        None if account.account_number is None else tools.marks.mark("account", mark),
        heir.phone_mark,
        heir.person_mark,
    )
    corrected = rules.correct_account(
        claim,
        party,
        hidden,
        has_failed=await queries.came_back(unit.session, claim_id, party_id),
        stamp=cause.stamp("correct-account", at=unit.now),
        officer=by.name,
    )
    await unit.record([_read(party_id, by=by, unit=unit), corrected])
    return Registered(party_id=party_id)


def _with_account(heir: Heir, who: HeirIdentity, account: NewAccount) -> NewParty:
    told = {"bank_code": account.bank_code, "account_number": account.account_number}
    return NewParty(
        heir_class=HeirClass(heir.heir_class),
        account=account.kind,
        identity=who.model_copy(update=told),
        role=cast(Role, heir.role),
        relation=cast(Relation | None, heir.relation),
        is_minor=heir.is_minor,
        guardian_id=None if heir.guardian_id is None else PartyId(heir.guardian_id),
        in_family_card=heir.in_family_card,
        is_account_new=account.is_new,
    )


def _read(party_id: UUID, *, by: Caller, unit: Unit) -> SubjectKeyRead:
    read_id = new_id()
    cause = Cause(read_id, correlation_id() or read_id)
    return SubjectKeyRead(
        **cause.stamp(f"read {party_id}", at=unit.now),
        subject_id=party_id,
        read_by=by.name,
        role=by.role,
        reason="another account for what came back",
    )
