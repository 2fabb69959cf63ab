"""What is known of months billed, listed and paid."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import sqlalchemy
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.local_time import local_day
from contracts.event import Cause
from contracts.types import ProgrammeId, WorkerId
from services.enrollment.models import BillingRun, Contribution, Membership
from services.enrollment.queries.to_bill import TO_BILL, asked_about
from services.enrollment.rules.arrears import owed_from
from services.enrollment.rules.contributions import Month, MonthlyList, Run
from services.enrollment.rules.own_money import Payable, Promised

RUNS_MAX = 100

_MEMBERS_TO_BILL = text(f"""
    SELECT membership.district_code, membership.worker_id, membership.ended_on IS NOT NULL
    FROM memberships membership
    WHERE {TO_BILL} AND membership.district_code BETWEEN :first AND :last
    ORDER BY membership.district_code, membership.worker_id""")  # noqa: S608  (our own)


class ToBill(NamedTuple):
    """A member who is to be billed for a month."""

    district_code: str
    worker_id: WorkerId
    has_ended: bool
    """The membership has, and owed the month when it did."""


class Districts(NamedTuple):
    """A row of kecamatan in the order of their codes, from the first to the last."""

    first: str
    last: str


async def members_to_bill(
    session: AsyncSession, programme_id: UUID, *, month: str, districts: Districts
) -> list[ToBill]:
    """The members who are to be billed for a month, by kecamatan."""
    where = {"programme_id": programme_id, **asked_about(month), **districts._asdict()}
    return [ToBill._make(row) for row in await session.execute(_MEMBERS_TO_BILL, where)]


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


async def payable_membership(session: AsyncSession, worker_id: UUID) -> Membership:
    """The membership for which a worker's own money counts: the one that began last, every worker
    has one. While its programme has not paid a month, one before it that had a cover, and ended or
    did not as it did: that cover goes on, or begins anew when it lapsed (domain 1.7)."""
    latest, *before = await _memberships(session, worker_id)
    if latest.covered_from is not None:
        return latest
    covered = (each for each in before if each.covered_from and _stand_alike(each, latest))
    return next(covered, latest)


async def _memberships(session: AsyncSession, worker_id: UUID) -> Sequence[Membership]:
    """The memberships of a worker, the latest first."""
    statement = select(Membership).where(Membership.worker_id == worker_id)
    latest = statement.order_by(
        col(Membership.first_month).desc(), col(Membership.enrolled_at).desc()
    )
    return (await session.scalars(latest)).all()


def _stand_alike(one: Membership, other: Membership) -> bool:
    return (one.ended_on is None) == (other.ended_on is None)


_PAID_FOR_FROM = text("""
    SELECT min(same.first_month),
           EXISTS (SELECT FROM covers WHERE covers.worker_id = :worker_id
                   AND covers.covered_from = :covered_from AND covers.reactivated)
    FROM memberships same
    WHERE same.worker_id = :worker_id AND same.covered_from = :covered_from""")


async def payable(session: AsyncSession, membership: Membership) -> Payable:
    """What somebody needs to know who wants to pay for this member himself."""
    listed = await session.execute(
        select(Contribution.month, Contribution.paid_at).where(
            Contribution.worker_id == membership.worker_id
        )
    )
    return Payable(
        worker_id=WorkerId(membership.worker_id),
        programme_id=ProgrammeId(membership.programme_id),
        first_month=await _paid_for_from(session, membership),
        promised=[
            Promised(each.first_month, each.last_month)
            for each in await _memberships(session, membership.worker_id)
            if _stand_alike(each, membership)
        ],
        covered=membership.covered_from is not None,
        lapsed=membership.lapsed_on is not None,
        ended_on=membership.ended_on,
        end_reason=membership.end_reason,
        listed={month: local_day(at) if at else None for month, at in listed.all()},
    )


async def _paid_for_from(session: AsyncSession, membership: Membership) -> str:
    """The month from which the cover that runs, or ran last, is paid for: `arrears.standings` sees
    the same."""
    if membership.covered_from is None:
        return membership.first_month
    where = {"worker_id": membership.worker_id, "covered_from": membership.covered_from}
    first_month, began_anew = (await session.execute(_PAID_FOR_FROM, where)).one()
    return owed_from(local_day(membership.covered_from)) if began_anew else first_month


_RECORDED = text("SELECT EXISTS (SELECT FROM event_log WHERE event_id = :event_id)")


async def is_recorded(session: AsyncSession, event_id: UUID) -> bool:
    """Whether the log has this event, whatever area it is about."""
    return bool(await session.scalar(_RECORDED, {"event_id": event_id}))
