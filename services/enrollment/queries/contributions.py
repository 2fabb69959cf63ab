"""What is known of months billed, listed and paid."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import sqlalchemy
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from contracts.event import Cause
from contracts.types import ProgrammeId, WorkerId
from services.enrollment.models import BillingRun, Contribution, Membership
from services.enrollment.rules.contributions import Month, MonthlyList, Run
from services.enrollment.rules.own_money import Payable

RUNS_MAX = 100

_TO_BILL = """membership.programme_id = :programme_id
      AND membership.first_month <= :month AND membership.last_month >= :month
      AND membership.ended_on IS NULL AND membership.lapsed_on IS NULL
      AND NOT EXISTS (SELECT FROM contributions
                      WHERE contributions.worker_id = membership.worker_id
                        AND contributions.programme_id = membership.programme_id
                        AND contributions.month = :month)
      AND NOT EXISTS (SELECT FROM covers
                      WHERE covers.worker_id = membership.worker_id
                        AND covers.programme_id = membership.programme_id AND covers.reactivated
                        AND to_char(covers.covered_from AT TIME ZONE 'Asia/Makassar', 'YYYY-MM')
                          > :month)"""
"""Memberships whose months include this one, whose cover has neither ended nor lapsed, and who
have not been billed for it. What fell due before a cover began anew is not charged any more: the
money for it was given back when the cover lapsed."""

_MEMBERS_TO_BILL = text(f"""
    SELECT membership.district_code, membership.worker_id FROM memberships membership
    WHERE {_TO_BILL} AND membership.district_code BETWEEN :first AND :last
    ORDER BY membership.district_code, membership.worker_id""")  # noqa: S608  (the condition is this module's own)


class Districts(NamedTuple):
    """A row of kecamatan in the order of their codes, from the first to the last."""

    first: str
    last: str


async def members_to_bill(
    session: AsyncSession, programme_id: UUID, *, month: str, districts: Districts
) -> dict[str, list[WorkerId]]:
    """The members who are to be billed for a month, by kecamatan."""
    where = {"programme_id": programme_id, "month": month, **districts._asdict()}
    found: dict[str, list[WorkerId]] = {}
    for district_code, worker_id in await session.execute(_MEMBERS_TO_BILL, where):
        found.setdefault(district_code, []).append(worker_id)
    return found


async def run_to_bill(session: AsyncSession) -> Run | None:
    """The billing run that was ordered first and has no list yet."""
    statement = select(BillingRun).where(col(BillingRun.frozen_at).is_(None))
    held = await session.scalar(
        statement.order_by(col(BillingRun.ordered_at), col(BillingRun.run_id)).limit(1)
    )
    if held is None:
        return None
    return Run(
        run_id=held.run_id,
        programme_id=ProgrammeId(held.programme_id),
        month=held.month,
        cause=Cause(held.ordered_event_id, held.correlation_id),
    )


_OF_RUN = "programme_id = :programme_id AND month = :month AND run_id = :run_id"
_LAST_DISTRICT = f"SELECT max(district_code) FROM invoices WHERE {_OF_RUN}"  # noqa: S608  (as above)
_BILLED_TO = text(_LAST_DISTRICT)
_NEXT_DISTRICTS = text("""
    SELECT min(district_code) AS first, max(district_code) AS last FROM (
        SELECT programme_id, district_code FROM memberships
        WHERE (programme_id, district_code) > (:programme_id, :after)
        ORDER BY programme_id, district_code LIMIT :heads) AS behind
    WHERE programme_id = :programme_id""")
"""Asked so that the index answers, also while its statistics are those of an empty table."""


async def billed_to(session: AsyncSession, run: Run) -> str:
    """The last kecamatan that a run billed; empty when it has not begun."""
    return await session.scalar(_BILLED_TO, _of(run)) or ""


async def next_districts(
    session: AsyncSession, run: Run, *, after: str, heads: int
) -> Districts | None:
    """The kecamatan behind that one, as many as hold so many members; None when there are none."""
    where = {"programme_id": run.programme_id, "after": after, "heads": heads}
    first, last = (await session.execute(_NEXT_DISTRICTS, where)).one()
    return None if first is None else Districts(first, last)


_LISTED = text("""
    SELECT count(DISTINCT invoice_id) AS invoices, count(*) AS heads,
           coalesce(sum(amount), 0)::bigint AS amount,
           encode(sha256(convert_to(coalesce(string_agg(
               worker_id || ',' || district_code || ',' || amount || E'\\n',
               '' ORDER BY worker_id), ''), 'UTF8')), 'hex') AS sha256
    FROM (SELECT worker_id, invoice_id, amount,
                 coalesce((SELECT district_code FROM invoices
                           WHERE invoices.invoice_id = contributions.invoice_id), '')
                   AS district_code
          FROM contributions
          WHERE programme_id = :programme_id AND month = :month AND payer <> 'self') AS listed""")


async def monthly_list(session: AsyncSession, programme_id: UUID, month: str) -> MonthlyList:
    """Who is billed for a month of a programme, as it stands now, as one digest.

    A worker's id sorts as its text does, and each worker stands on a list once.
    """
    found = await session.execute(_LISTED, {"programme_id": programme_id, "month": month})
    return MonthlyList(**found.mappings().one())


class Issued(NamedTuple):
    """What a billing run put on invoices."""

    invoices: int
    heads: int
    amount: int


_ISSUED = text(f"""
    SELECT count(*) AS invoices, coalesce(sum(heads), 0)::bigint AS heads,
           coalesce(sum(amount), 0)::bigint AS amount
    FROM invoices WHERE {_OF_RUN}""")  # noqa: S608  (as above)


async def issued(session: AsyncSession, run: BillingRun) -> Issued:
    """What a billing run has put on invoices so far."""
    return Issued._make((await session.execute(_ISSUED, _of(run))).one())


_GONE_THROUGH = text(f"""
    SELECT coalesce(100 * count(*) FILTER (WHERE district_code <= ({_LAST_DISTRICT}))
           / nullif(count(*), 0), 0)
    FROM memberships WHERE programme_id = :programme_id""")  # noqa: S608  (as above)
"""Asked again and again while a run goes on: an index answers. Counting who is still to be billed
took 0.65 s with 30,000 members."""


async def gone_through(session: AsyncSession, run: BillingRun) -> int:
    """The kecamatan that a run has left behind, in percent of the programme's memberships."""
    return int(await session.scalar(_GONE_THROUGH, _of(run)) or 0)


def _of(run: Run | BillingRun) -> dict[str, object]:
    return {"programme_id": run.programme_id, "month": run.month, "run_id": run.run_id}


async def billing_run(session: AsyncSession, run_id: UUID) -> BillingRun | None:
    """The billing run."""
    return await session.get(BillingRun, run_id)


async def billing_runs(
    session: AsyncSession, programme_id: UUID, *, month: str | None
) -> Sequence[BillingRun]:
    """The billing runs of a programme, the latest first."""
    statement = select(BillingRun).where(BillingRun.programme_id == programme_id)
    if month is not None:
        statement = statement.where(BillingRun.month == month)
    ordered = statement.order_by(col(BillingRun.ordered_at).desc(), col(BillingRun.run_id))
    return (await session.scalars(ordered.limit(RUNS_MAX))).all()


async def frozen_list(session: AsyncSession, programme_id: UUID, month: str) -> BillingRun | None:
    """The billing run that froze the list of a month last."""
    statement = select(BillingRun).where(
        BillingRun.programme_id == programme_id,
        BillingRun.month == month,
        col(BillingRun.frozen_at).is_not(None),
    )
    # At one instant the larger list is the later: runs only add.
    ordered = statement.order_by(col(BillingRun.frozen_at).desc(), col(BillingRun.heads).desc())
    return await session.scalar(ordered.limit(1))


async def months_unpaid(
    session: AsyncSession, invoice_ids: Sequence[UUID]
) -> dict[UUID, list[Month]]:
    """The months on these invoices that are not paid, by invoice."""
    statement = (
        sqlalchemy.select(
            col(Contribution.invoice_id),
            col(Contribution.worker_id),
            col(Contribution.programme_id),
            col(Contribution.month),
            col(Contribution.amount),
            col(Contribution.payer),
        )
        .where(col(Contribution.invoice_id).in_(invoice_ids), col(Contribution.paid_at).is_(None))
        .order_by(col(Contribution.invoice_id), col(Contribution.worker_id))
    )
    found: dict[UUID, list[Month]] = {}
    for invoice_id, *month in await session.execute(statement):
        found.setdefault(invoice_id, []).append(Month._make(month))
    return found


async def latest_membership(session: AsyncSession, worker_id: UUID) -> Membership:
    """The membership of a worker that began last; every worker has one."""
    statement = select(Membership).where(Membership.worker_id == worker_id)
    latest = statement.order_by(
        col(Membership.first_month).desc(), col(Membership.enrolled_at).desc()
    )
    return (await session.scalars(latest.limit(1))).one()


async def payable(session: AsyncSession, membership: Membership) -> Payable:
    """What somebody needs to know who wants to pay for this member himself."""
    listed = await session.execute(
        select(Contribution.month, col(Contribution.paid_at).is_not(None)).where(
            Contribution.worker_id == membership.worker_id
        )
    )
    return Payable(
        worker_id=WorkerId(membership.worker_id),
        programme_id=ProgrammeId(membership.programme_id),
        last_month=membership.last_month,
        covered=membership.covered_from is not None,
        lapsed=membership.lapsed_on is not None,
        ended_on=membership.ended_on,
        end_reason=membership.end_reason,
        listed=dict(listed.all()),
    )


_RECORDED = text("SELECT EXISTS (SELECT FROM event_log WHERE event_id = :event_id)")


async def is_recorded(session: AsyncSession, event_id: UUID) -> bool:
    """Whether the log has this event, whatever area it is about."""
    return bool(await session.scalar(_RECORDED, {"event_id": event_id}))
