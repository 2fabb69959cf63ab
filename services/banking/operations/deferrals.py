"""Members who have no account yet, and the papers that they bring to a branch."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit
from chassis.web.access import Caller
from chassis.web.sheets import Cell
from contracts.banking import AccountOpened, Paper
from contracts.event import Cause
from contracts.refusal import Refused
from services.banking.operations.accounts import block_members
from services.banking.operations.numbers import next_number
from services.banking.queries import accounts as queries
from services.banking.queries.accounts import DeferralRow
from services.banking.queries.holders import account_of_holder
from services.banking.rules import accounts as rules
from services.banking.rules.account_use import AccountIsClosed
from services.banking.rules.accounts import AccountNotDeferred, AtCounter, StillMissing

PAGE_MAX = 200
SHEET_PORTION = 1_000
SHEET_COLUMNS = ("Member", "Village", "Missing papers", "Waiting since")


class MemberUnknown(Refused):
    """The bank has not heard of this member."""

    slug, status, retryable = "member-unknown", 404, True


class DeferralLine(BaseModel):
    """A member without an account, and the papers that the bank waits for."""

    worker_id: UUID
    village_code: str
    missing: list[Paper]
    deferred_at: datetime


class Deferrals(BaseModel):
    """A page of them, by village; ask again with `after` = `next_after`."""

    deferrals: list[DeferralLine]
    next_after: UUID | None


class PapersBrought(BaseModel):
    """What came of papers that a member brought."""

    worker_id: UUID
    account_id: UUID | None
    """The account, when it was opened."""
    number_masked: str | None
    """None also when the account waits for a number."""
    missing: list[Paper]
    """What the bank still waits for."""


class Wanted(NamedTuple):
    """Whose deferrals."""

    area: str
    missing: Paper | None
    """Those who lack this paper, alone or beside the other."""


async def bring_papers(
    unit: Unit,
    worker_id: UUID,
    papers: Sequence[Paper],
    *,
    branch: str,
    by: Caller,
    cause: Cause,
) -> PapersBrought:
    """Note the papers that a member brought, and open the account when nothing is missing any more.
    Call it in a bulk unit: it gives a number.

    Raises: MemberUnknown, OutsideArea, AccountNotDeferred, AccountIsClosed, PapersNotAsked.
    """
    held = await _deferred(unit.session, worker_id, by=by)
    seen = AtCounter(tuple(papers), branch, by.name, cause)
    noted, outcome = rules.bring_papers(held, seen, await next_number(unit), now=unit.now)
    await unit.record([noted, outcome])
    await block_members(unit, {worker_id: cause})
    if isinstance(outcome, AccountOpened):
        return PapersBrought(
            worker_id=worker_id,
            account_id=outcome.account_id,
            number_masked=outcome.number_masked,
            missing=[],
        )
    return PapersBrought(
        worker_id=worker_id, account_id=None, number_masked=None, missing=list(outcome.missing)
    )


async def deferrals_of(
    session: AsyncSession, wanted: Wanted, *, after: UUID | None, limit: int
) -> Deferrals:
    """A page of those who wait for papers in an area."""
    found = await queries.deferrals(
        session, area=wanted.area, missing=wanted.missing, after=after, rows_max=limit
    )
    return Deferrals(
        deferrals=[_line(each) for each in found],
        next_after=found[-1].worker_id if len(found) == limit else None,
    )


async def deferral_rows(session: AsyncSession, wanted: Wanted) -> AsyncIterator[Sequence[Cell]]:
    """All of them, for a spreadsheet, a portion at a time."""
    after: UUID | None = None
    while True:
        found = await queries.deferrals(
            session,
            area=wanted.area,
            missing=wanted.missing,
            after=after,
            rows_max=SHEET_PORTION,
        )
        for each in found:
            yield each.worker_id, each.village_code, each.missing, each.deferred_at
        if len(found) < SHEET_PORTION:
            return
        after = found[-1].worker_id


async def _deferred(session: AsyncSession, worker_id: UUID, *, by: Caller) -> StillMissing:
    village_code = (await queries.villages(session, [worker_id])).get(worker_id)
    if village_code is None:
        raise MemberUnknown(
            f"The bank has not heard of {worker_id}: check the number, or wait until enrollment "
            "has sent it"
        )
    by.check_area(village_code)
    held = (await queries.still_missing(session, [worker_id])).get(worker_id)
    if held is None:
        account = await account_of_holder(session, worker_id)
        if account is not None and account.closed_at is not None:
            raise AccountIsClosed(
                "The member's account is closed, and no papers open it again: whoever has a "
                "benefit to get is paid at another bank, as claims registers it."
            )
        raise AccountNotDeferred("The account is open already: no papers are waited for")
    return held


def _line(row: DeferralRow) -> DeferralLine:
    return DeferralLine(
        worker_id=row.worker_id,
        village_code=row.village_code,
        missing=list(rules.papers_in(row.missing)),
        deferred_at=row.deferred_at,
    )
