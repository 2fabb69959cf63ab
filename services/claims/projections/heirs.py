"""Who has a part in a claim."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.tables import insert_rows, update_rows
from contracts.claims import FamilyRecorded, HeirRegistered, HeirStruck, SharesAgreed
from services.claims.models import Claim, Heir
from services.claims.projections.registered import projections
from services.claims.projections.steps import take_steps

_COPIED = ("party_id", "claim_id", "heir_class", "role", "relation", "is_minor", "guardian_id",
           "in_family_card", "account", "is_account_new", "account_mark", "phone_mark",
           "person_mark", "registered_by")  # fmt: skip
_OF_ACCOUNT = ("party_id", "account", "is_account_new", "account_mark")


@projections.applies(FamilyRecorded)
async def families_recorded(session: AsyncSession, events: Sequence[FamilyRecorded]) -> None:
    """How many of each class live."""
    rows = [{"claim_id": e.claim_id, "living": dict(e.living)} for e in events]
    await update_rows(session, Claim, rows, keys=("claim_id",))


@projections.applies(HeirRegistered)
async def heirs_registered(session: AsyncSession, events: Sequence[HeirRegistered]) -> None:
    """A party of the claim, or another account of one."""
    rows = [
        {name: getattr(e, name) for name in _COPIED}
        | {"identity": e.identity.model_dump(mode="json"), "registered_at": e.occurred_at}
        for e in events
        if not e.replaces_account
    ]
    await insert_rows(session, Heir, rows)
    corrected = [e for e in events if e.replaces_account]
    accounts = [
        {name: getattr(e, name) for name in _OF_ACCOUNT}
        | {"identity": e.identity.model_dump(mode="json")}
        for e in corrected
    ]
    await update_rows(session, Heir, accounts, keys=("party_id",))
    await take_steps(session, corrected, "account-corrected", lambda e: (e.registered_by, None))


@projections.applies(HeirStruck)
async def heirs_struck(session: AsyncSession, events: Sequence[HeirStruck]) -> None:
    """Somebody has no part in the claim."""
    rows = [{"party_id": e.party_id, "struck_at": e.occurred_at} for e in events]
    await update_rows(session, Heir, rows, keys=("party_id",))


@projections.applies(SharesAgreed)
async def shares_agreed(session: AsyncSession, events: Sequence[SharesAgreed]) -> None:
    """How the heirs share."""
    rows = [
        {
            "claim_id": e.claim_id,
            "shares": e.model_dump(mode="json", include={"whole", "shares", "power_of_attorney"}),
        }
        for e in events
    ]
    await update_rows(session, Claim, rows, keys=("claim_id",))
