"""How the account of a member or an heir stands, as others than the bank may know it."""

from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.web.access import Caller
from contracts.banking import Paper
from contracts.refusal import Refused
from services.banking.operations.account_states import ShownState, check_place, shown_state
from services.banking.queries import holders as queries


class HolderUnknown(Refused):
    """The bank knows nobody under this id."""

    slug, status, retryable = "holder-unknown", 404, True


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
