"""Set a month's invoices, list, covers and payments side by side."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.web.access import Caller
from services.enrollment.operations.programmes import known_programme
from services.enrollment.queries import contributions as lists
from services.enrollment.queries import reconciliations as queries
from services.enrollment.queries.reconciliations import START, Asked
from services.enrollment.rules.reconciliation import Difference, Why


class Side(NamedTuple):
    """Which of the differences: those of one kind, a page behind one worker's id."""

    only: Why | None
    after: UUID | None
    limit: int


class Sum(BaseModel):
    """Members, and rupiah."""

    heads: int
    amount: int


class FrozenAgainstNow(BaseModel):
    """The list that was frozen last, and the same list as it stands now."""

    run_id: UUID
    frozen_at: datetime
    frozen: Sum
    frozen_sha256: str
    now: Sum
    now_sha256: str
    same: bool


class InvoiceDiffers(BaseModel):
    """An invoice whose heads or amount are not those of its lines."""

    invoice_id: UUID
    district_code: str
    heads: int
    amount: int
    listed_heads: int
    listed_amount: int


class MemberDiffers(BaseModel):
    """A member who is not the same on every side; whose name it is, the monthly list tells."""

    worker_id: UUID
    district_code: str
    why: Why
    means: str
    amount: int | None
    ended_on: date | None
    end_reason: str | None


class Reconciliation(BaseModel):
    """A month of a programme, side by side. Amounts in rupiah."""

    programme_id: UUID
    month: str
    same: bool
    """All sides agree, by name, and the list is the one that was frozen."""
    invoices: int
    invoiced: Sum
    listed: Sum
    """The lines by name behind the invoices."""
    active_heads: int
    """Members whose cover reached into the month."""
    paid: Sum
    frozen: FrozenAgainstNow | None
    """None before a billing run has frozen a list."""
    differing_invoices: list[InvoiceDiffers]
    differing_members: dict[str, int]
    """How many, by why."""
    members: list[MemberDiffers]
    """A page of them; ask again with `after` = `next_after` for the next."""
    next_after: UUID | None


async def reconciliation(
    session: AsyncSession, programme_id: UUID, *, month: str, side: Side, by: Caller
) -> Reconciliation:
    """Whether invoices, names, covers and payments of a month agree. Raises: ProgrammeUnknown,
    OutsideArea."""
    held = await known_programme(session, programme_id)
    by.check_area(held.province_code)
    asked = Asked(programme_id, month, held.jkk + held.jkm)
    sums = await queries.totals(session, asked)
    frozen = await _frozen(session, asked)
    invoices = await queries.invoices_that_differ(session, asked)
    counts = await queries.differences_by_why(session, asked)
    members: list[Difference] = []
    if counts:
        members = await queries.differences(
            session, asked, only=side.only, after=side.after or START, rows_max=side.limit
        )
    agrees = frozen is not None and frozen.same
    return Reconciliation(
        programme_id=programme_id,
        month=month,
        same=agrees and not invoices and not counts,
        invoices=sums.invoices,
        invoiced=Sum(heads=sums.invoiced_heads, amount=sums.invoiced_amount),
        listed=Sum(heads=sums.listed_heads, amount=sums.listed_amount),
        active_heads=sums.active_heads,
        paid=Sum(heads=sums.paid_heads, amount=sums.paid_amount),
        frozen=frozen,
        differing_invoices=[InvoiceDiffers(**each._asdict()) for each in invoices],
        differing_members=dict(counts),
        members=[_member(each) for each in members],
        next_after=members[-1].worker_id if len(members) == side.limit else None,
    )


async def _frozen(session: AsyncSession, asked: Asked) -> FrozenAgainstNow | None:
    run = await lists.frozen_list(session, asked.programme_id, asked.month)
    if run is None:
        return None
    now = await lists.monthly_list(session, asked.programme_id, asked.month)
    assert run.frozen_at is not None  # noqa: S101  (it is frozen)
    assert run.heads is not None and run.amount is not None and run.sha256 is not None  # noqa: S101, PT018
    return FrozenAgainstNow(
        run_id=run.run_id,
        frozen_at=run.frozen_at,
        frozen=Sum(heads=run.heads, amount=run.amount),
        frozen_sha256=run.sha256,
        now=Sum(heads=now.heads, amount=now.amount),
        now_sha256=now.sha256,
        same=(run.heads, run.amount, run.sha256) == (now.heads, now.amount, now.sha256),
    )


def _member(difference: Difference) -> MemberDiffers:
    return MemberDiffers(
        worker_id=difference.worker_id,
        district_code=difference.district_code,
        why=difference.why,
        means=difference.means,
        amount=difference.amount,
        ended_on=difference.ended_on,
        end_reason=difference.end_reason,
    )
