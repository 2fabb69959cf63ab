"""Members as lists show them: one row a membership, in pages that no newcomer disturbs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, RowMapping, case, func, true, tuple_
from sqlalchemy import select as select_columns
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.enrollment.models import Card, Contribution, Membership, Worker

Status = Literal["enrolled", "covered", "in-arrears", "lapsed", "ended"]
"""`enrolled`: no cover yet; `in-arrears`: covered, with one to three months owed; `lapsed`: no
right to benefit until a new payment."""
InMonth = Literal["billed", "paid", "unpaid"]
"""`unpaid`: billed and not paid."""
Lack = Literal["account", "card"]
Key = tuple[UUID, UUID]
"""Worker and programme: what lists are ordered by, for it never changes."""

_DISTRICT_LENGTH = len("53.71.04")


@dataclass(frozen=True)
class Wanted:
    """Which memberships a list holds; what is None or empty leaves out nobody."""

    area: str
    """A dotted code, from a province down to a kelurahan or desa."""
    programme_id: UUID | None = None
    status: Status | None = None
    month: str | None = None
    in_month: InMonth = "billed"
    """What happened in `month`; without a month it says nothing."""
    lacks: tuple[Lack, ...] = ()


def _of_member(table: type[Contribution | Card]) -> ColumnElement[bool]:
    return (col(table.worker_id) == Membership.worker_id) & (
        col(table.programme_id) == Membership.programme_id
    )


_STATUS: ColumnElement[str] = case(
    (col(Membership.ended_on).is_not(None), "ended"),
    (col(Membership.lapsed_on).is_not(None), "lapsed"),
    (col(Membership.covered_from).is_(None), "enrolled"),
    (col(Membership.arrears_months) > 0, "in-arrears"),
    else_="covered",
)
_MONTHS = (
    select_columns(
        func.count().label("months_billed"),
        func.count(col(Contribution.paid_at)).label("months_paid"),
    )
    .where(_of_member(Contribution))
    .lateral("months")
)
_CARD = (
    select_columns(
        case(
            (col(Card.lost_at).is_not(None), "lost"),
            (col(Card.delivered_at).is_not(None), "delivered"),
            else_="printed",
        )
    )
    .where(_of_member(Card))
    .order_by(col(Card.lost_at).desc().nulls_first(), col(Card.printed_at).desc())
    .limit(1)
    .scalar_subquery()
)
_COLUMNS = (
    col(Membership.worker_id),
    col(Membership.programme_id),
    col(Worker.kpj),
    col(Membership.village_code),
    col(Membership.district_code),
    _STATUS.label("status"),
    col(Membership.first_month),
    col(Membership.last_month),
    col(Membership.covered_from),
    col(Membership.arrears_months),
    func.coalesce(col(Membership.ended_on), col(Membership.lapsed_on)).label("ended_on"),
    col(Membership.end_reason),
    _MONTHS.c.months_billed,
    _MONTHS.c.months_paid,
    func.coalesce(_CARD, "none").label("card"),
    col(Worker.account_id).is_not(None).label("account_linked"),
    col(Worker.worker_id).is_not(None).label("seen"),
)
_KEY = (col(Membership.worker_id), col(Membership.programme_id))


async def page(
    session: AsyncSession, wanted: Wanted, *, after: Key | None, limit: int
) -> Sequence[RowMapping]:
    """The next rows behind a key; who joins meanwhile stands before it or behind it.

    Rows that are not `seen` are of workers who moved out of the session's area: only their keys
    are of use. The rest is looked up for the rows of the page alone, after they are chosen.
    """
    chosen = select_columns(*_KEY).where(*_conditions(wanted)).order_by(*_KEY).limit(limit)
    if after is not None:
        chosen = chosen.where(tuple_(*_KEY) > tuple_(*after))
    keys = chosen.cte("chosen")
    statement = (
        select_columns(*_COLUMNS)
        .select_from(keys)
        .join(
            Membership,
            (col(Membership.worker_id) == keys.c.worker_id)
            & (col(Membership.programme_id) == keys.c.programme_id),
        )
        .outerjoin(Worker, col(Worker.worker_id) == keys.c.worker_id)
        .join(_MONTHS, true())
    )
    return await _rows(session, statement.order_by(*_KEY))


async def count(session: AsyncSession, wanted: Wanted) -> int:
    """How many rows the list has."""
    statement = (
        select_columns(func.count())
        .select_from(Membership)
        .join(Worker, col(Worker.worker_id) == Membership.worker_id)
        .where(*_conditions(wanted))
    )
    return int(await session.scalar(statement) or 0)


async def memberships_of(session: AsyncSession, worker_id: UUID) -> Sequence[RowMapping]:
    """All memberships of one worker, the latest first."""
    statement = (
        select_columns(*_COLUMNS)
        .select_from(Membership)
        .join(Worker, col(Worker.worker_id) == Membership.worker_id)
        .join(_MONTHS, true())
        .where(col(Membership.worker_id) == worker_id)
    )
    latest = (col(Membership.first_month).desc(), col(Membership.enrolled_at).desc())
    return await _rows(session, statement.order_by(*latest))


async def _rows(session: AsyncSession, statement: Executable) -> Sequence[RowMapping]:
    return (await session.execute(statement)).mappings().all()


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [_within(wanted.area)]
    if wanted.programme_id is not None:
        conditions.append(col(Membership.programme_id) == wanted.programme_id)
    if wanted.status is not None:
        conditions.append(_STATUS.in_([wanted.status]))
    if wanted.month is not None:
        conditions.append(_happened(wanted.month, wanted.in_month))
    if "account" in wanted.lacks:
        unlinked = (
            select_columns(col(Worker.worker_id))
            .where(col(Worker.worker_id) == Membership.worker_id, col(Worker.account_id).is_(None))
            .correlate(Membership)
        )
        conditions.append(unlinked.exists())
    if "card" in wanted.lacks:
        held = select_columns(col(Card.card_id)).where(
            _of_member(Card), col(Card.lost_at).is_(None)
        )
        conditions.append(~held.exists())
    return conditions


def _within(area: str) -> ColumnElement[bool]:
    """By equality where an index has the area's level."""
    if len(area) > _DISTRICT_LENGTH:
        return col(Membership.village_code) == area
    if len(area) == _DISTRICT_LENGTH:
        return col(Membership.district_code) == area
    return func.starts_with(col(Membership.village_code), f"{area}.")


def _happened(month: str, what: InMonth) -> ColumnElement[bool]:
    of_month = select_columns(col(Contribution.month)).where(
        _of_member(Contribution), col(Contribution.month) == month
    )
    if what == "paid":
        of_month = of_month.where(col(Contribution.paid_at).is_not(None))
    if what == "unpaid":
        of_month = of_month.where(col(Contribution.paid_at).is_(None))
    return of_month.exists()
