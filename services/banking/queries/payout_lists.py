"""Payouts for people: lists of an area, and how one stands."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.area_filters import within
from services.banking.queries.payout_money import shortfalls

EXPORT_PORTION = 1_000
Row = Mapping[str, Any]
"""A payout as people see it; `shortfall` is there while it waits for money."""
_COLUMNS = """
    payouts.payout_id, payouts.claim_id, payouts.worker_id, payouts.payee_id, payouts.benefit,
    payouts.amount, payouts.rail, payouts.state, payouts.ordered_at, payouts.submitted_at,
    payouts.finished_at, payouts.reason, payouts.replaces, payouts.line_id,
    payouts.stopped_reason, payouts.stopped_words, payouts.stopped_at, payouts.proposed_outcome,
    payouts.proposed_evidence, payouts.proposed_by, payouts.confirmed_by,
    (SELECT newer.payout_id FROM payouts AS newer
     WHERE newer.replaces = payouts.payout_id) AS replaced_by,
    account_id, number_masked, tries, next_try_at"""
_FROM = """
    FROM payouts LEFT JOIN members USING (worker_id) LEFT JOIN submission USING (payout_id)
    LEFT JOIN parties ON parties.claim_id = payouts.claim_id AND party_id = payouts.payee_id
    LEFT JOIN accounts ON payouts.rail = 'same-bank'
      AND accounts.holder_id = coalesce(parties.holder_id, payouts.payee_id)"""
_IN_AREA = within("coalesce(members.village_code, split_part(:area, '.', 1))")
_LIST = text(f"""
    SELECT {_COLUMNS} {_FROM}
    WHERE {_IN_AREA}
      AND (cast(:claim_id AS uuid) IS NULL OR payouts.claim_id = :claim_id)
      AND (cast(:state AS text) IS NULL OR payouts.state = :state)
      AND (NOT :stopped OR payouts.stopped_reason IS NOT NULL)
      AND (cast(:after AS uuid) IS NULL OR (payouts.ordered_at, payouts.payout_id) >
           (SELECT ordered_at, payout_id FROM payouts WHERE payout_id = :after))
    ORDER BY payouts.ordered_at, payouts.payout_id LIMIT :limit""")  # noqa: S608  (texts above)
_ONE = text(f"SELECT {_COLUMNS} {_FROM} WHERE payouts.payout_id = :payout_id")
_COUNTS = text(f"""
    SELECT stopped_reason, count(*) AS payouts, sum(amount)::bigint AS amount
    FROM payouts LEFT JOIN members USING (worker_id)
    WHERE stopped_reason IS NOT NULL AND {_IN_AREA}
    GROUP BY stopped_reason ORDER BY stopped_reason""")  # noqa: S608
_FAILED = text(f"""
    SELECT count(*) AS payouts, coalesce(sum(amount), 0)::bigint AS amount
    FROM payouts LEFT JOIN members USING (worker_id)
    WHERE payouts.state = 'failed' AND {_IN_AREA} AND NOT EXISTS (
        SELECT FROM payouts AS newer WHERE newer.replaces = payouts.payout_id)""")  # noqa: S608
_AREA = text("SELECT village_code FROM members WHERE worker_id = :worker_id")


class Wanted(NamedTuple):
    """Which payouts of an area are asked for, and how many after which one."""

    area: str
    claim_id: UUID | None = None
    state: str | None = None
    stopped: bool = False
    after: UUID | None = None
    limit: int = EXPORT_PORTION


async def listed(session: AsyncSession, wanted: Wanted) -> Sequence[Row]:
    """A page of payouts, the oldest first. A payout of a member who is not known here yet is the
    whole province's.
    """
    found = await session.execute(_LIST, wanted._asdict())
    return await _with_shortfalls(session, found.mappings().all())


async def every(session: AsyncSession, wanted: Wanted) -> AsyncIterator[Row]:
    """All payouts that are asked for, in portions."""
    while True:
        rows = await listed(session, wanted)
        for row in rows:
            yield row
        if len(rows) < wanted.limit:
            return
        wanted = wanted._replace(after=rows[-1]["payout_id"])


async def one(session: AsyncSession, payout_id: UUID) -> Row | None:
    """A payout as it stands."""
    found = (await session.execute(_ONE, {"payout_id": payout_id})).mappings().all()
    return next(iter(await _with_shortfalls(session, found)), None)


async def counts(session: AsyncSession, *, area: str) -> list[dict[str, Any]]:
    """How many payouts of an area stand still, and why."""
    found = await session.execute(_COUNTS, {"area": area})
    return [dict(row) for row in found.mappings()]


async def waiting_for_reissue(session: AsyncSession, *, area: str) -> dict[str, Any]:
    """How many failed payouts of an area none has replaced, and their rupiah."""
    return dict((await session.execute(_FAILED, {"area": area})).mappings().one())


async def area_of(session: AsyncSession, worker_id: UUID) -> str | None:
    """The village in which the member lived; None when the bank has not heard of the member."""
    village: str | None = await session.scalar(_AREA, {"worker_id": worker_id})
    return village


async def _with_shortfalls(session: AsyncSession, rows: Sequence[RowMapping]) -> list[Row]:
    ordered = [row["payout_id"] for row in rows if row["state"] == "ordered"]
    short = await shortfalls(session, ordered) if ordered else {}
    return [dict(row) | {"shortfall": short.get(row["payout_id"])} for row in rows]
