"""Accounts as lists and figures show them, never with a balance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.area_filters import within
from services.banking.queries.activity import LAST_USED
from services.banking.rules.activity import DORMANT_AFTER, INACTIVE_AFTER

State = Literal[
    "opened", "ready", "collected", "active", "blocked", "closed", "inactive", "dormant"
]
"""`opened` to `active`: how far it came, neither blocked nor closed. `inactive` and `dormant`: by
its last use, however far it came, and not closed."""

IN_AREA = f"""({within("village_code")}
    OR village_code IS NULL AND strpos(:area, '.') = 0)"""
"""Of a row of `accounts`; one without a village is the whole province's."""

_CONDITIONS = {
    "blocked": "blocked_at IS NOT NULL AND closed_at IS NULL",
    "closed": "closed_at IS NOT NULL",
    "inactive": f"closed_at IS NULL AND {LAST_USED} < :inactive_from "
    f"AND {LAST_USED} >= :dormant_from",
    "dormant": f"closed_at IS NULL AND {LAST_USED} < :dormant_from",
}
_ON_THE_WAY = "state = :state AND blocked_at IS NULL AND closed_at IS NULL"
_COLUMNS = f"""
    accounts.account_id, accounts.holder_id, holder, product, number, number_masked, village_code,
    state, blocked_at, closed_at, opened_at, prepared_at, collected_at, collected_by, activated_at,
    {LAST_USED} AS last_used_at, level, name_matches AND nik_matches AS holder_matches"""
_FROM = "FROM accounts LEFT JOIN holders USING (holder_id)"


@dataclass(frozen=True)
class Wanted:
    """Which accounts a list holds; what is None leaves out none."""

    area: str
    """A dotted code, from a province down to a kelurahan or desa."""
    now: datetime
    """What inactive and dormant are counted from."""
    holder_id: UUID | None = None
    state: State | None = None


async def page(
    session: AsyncSession, wanted: Wanted, *, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """The next accounts, by id, which never changes."""
    conditions = [IN_AREA]
    bound: dict[str, object] = {"area": wanted.area, "limit": limit}
    if wanted.holder_id is not None:
        conditions.append("accounts.holder_id = :holder_id")
        bound["holder_id"] = wanted.holder_id
    if wanted.state is not None:
        conditions.append(_CONDITIONS.get(wanted.state, _ON_THE_WAY))
        bound |= _bound_of(wanted.state, wanted.now)
    if after is not None:
        conditions.append("accounts.account_id > :after")
        bound["after"] = after
    where = " AND ".join(conditions)
    statement = text(
        f"SELECT {_COLUMNS} {_FROM} WHERE {where} ORDER BY accounts.account_id LIMIT :limit"
    )
    return (await session.execute(statement, bound)).mappings().all()


_BY_NUMBER = text(f"SELECT {_COLUMNS} {_FROM} WHERE number = :number")
_BY_ID = text(f"SELECT {_COLUMNS} {_FROM} WHERE accounts.account_id = :account_id")


async def by_number(session: AsyncSession, number: str) -> RowMapping | None:
    """The account whose number is this one, under the bank's key."""
    return (await session.execute(_BY_NUMBER, {"number": number})).mappings().one_or_none()


async def by_id(session: AsyncSession, account_id: UUID) -> RowMapping | None:
    """The account as lists show it."""
    return (await session.execute(_BY_ID, {"account_id": account_id})).mappings().one_or_none()


_VILLAGES = text(f"""
    WITH used AS (
        SELECT *, {LAST_USED} AS last_used_at,
               inquired_at IS NOT NULL
               OR EXISTS (SELECT FROM transfers WHERE debit_account = account_id)
               OR EXISTS (SELECT FROM transfers WHERE credit_account = account_id) AS is_used
        FROM accounts WHERE {IN_AREA}),
    counted AS (
        SELECT coalesce(village_code, '') AS village_code, count(*) AS opened,
               count(*) FILTER (WHERE holder = 'heir') AS heirs,
               count(prepared_at) AS printed, count(collected_at) AS collected,
               count(*) FILTER (WHERE collected_by = 'proxy') AS by_proxy,
               count(activated_at) AS activated,
               count(*) FILTER (WHERE is_used) AS used,
               count(*) FILTER (WHERE collected_at IS NOT NULL AND NOT is_used)
                 AS collected_never_used,
               count(blocked_at) FILTER (WHERE closed_at IS NULL) AS blocked,
               count(closed_at) AS closed,
               count(*) FILTER (WHERE closed_at IS NULL AND last_used_at < :inactive_from
                                AND last_used_at >= :dormant_from) AS inactive,
               count(*) FILTER (WHERE closed_at IS NULL AND last_used_at < :dormant_from)
                 AS dormant
        FROM used GROUP BY 1),
    waiting AS (
        SELECT village_code, count(*) AS deferred
        FROM deferrals JOIN members USING (worker_id) WHERE {IN_AREA}
        GROUP BY village_code)
    SELECT * FROM counted FULL JOIN waiting USING (village_code)
    WHERE CAST(:after AS text) IS NULL OR village_code > CAST(:after AS text)
    ORDER BY village_code LIMIT :limit""")  # noqa: S608


async def by_village(
    session: AsyncSession, *, area: str, now: datetime, after: str | None, limit: int
) -> Sequence[RowMapping]:
    """How far the accounts of each village of an area came, by its code."""
    bound = {"area": area, "after": after, "limit": limit} | _since(now)
    return (await session.execute(_VILLAGES, bound)).mappings().all()


def _bound_of(state: State, now: datetime) -> dict[str, object]:
    if state == "inactive":
        return _since(now)
    if state == "dormant":
        return {"dormant_from": now - DORMANT_AFTER}
    return {} if state in _CONDITIONS else {"state": state}


def _since(now: datetime) -> dict[str, object]:
    """An account last used before these instants is inactive, or dormant."""
    return {"inactive_from": now - INACTIVE_AFTER, "dormant_from": now - DORMANT_AFTER}
