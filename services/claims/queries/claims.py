"""What decisions about a claim need to know, with the row of the claim locked.

These questions are asked for every command, so they are given to the driver as they are.
"""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.statements import Statement
from services.claims.models import Claim
from services.claims.rules.claims import HeldClaim

HELD = tuple(field.name for field in fields(HeldClaim))
_MEMBERS_LOCKED = Statement(
    "SELECT worker_id, village_code FROM members "
    "WHERE worker_id = ANY(CAST(:worker_ids AS uuid[])) ORDER BY worker_id FOR UPDATE"
)
# Where a member lives is told beside the lock: no decision hangs on a change of it meanwhile.
_CLAIMS_LOCKED = Statement(
    f"SELECT {', '.join(f'claims.{name}' for name in HELD)}, members.village_code "  # noqa: S608  (names of fields)
    "FROM claims JOIN members USING (worker_id) "
    "WHERE claim_id = ANY(CAST(:claim_ids AS uuid[])) ORDER BY claim_id FOR UPDATE OF claims"
)
_OPEN = Statement("""
    SELECT place, (
        SELECT claim_id FROM claims
        WHERE worker_id = asked.worker_id AND state <> 'rejected'
          AND CASE WHEN is_death THEN died_on IS NOT NULL ELSE died_on IS NULL
              AND claims.happened_on IS NOT DISTINCT FROM asked.happened_on END
        LIMIT 1)
    FROM unnest(CAST(:worker_ids AS uuid[]), CAST(:deaths AS boolean[]), CAST(:days AS date[]))
        WITH ORDINALITY AS asked (worker_id, is_death, happened_on, place)""")


class Locked(NamedTuple):
    """A claim that is held, and where its member lived."""

    claim: HeldClaim
    village_code: str


class Happened(NamedTuple):
    """What a claim would be about: the member's death, or the accident of a day of a member who
    lives."""

    worker_id: UUID
    died_on: date | None
    happened_on: date | None


async def members_locked(session: AsyncSession, worker_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Where these members live, who are locked: whoever files a claim for one holds this."""
    rows = await _MEMBERS_LOCKED.rows(session, worker_ids=list(worker_ids))
    return dict(rows)


async def claims_locked(session: AsyncSession, claim_ids: Sequence[UUID]) -> dict[UUID, Locked]:
    """The claims, locked: whoever decides about one holds this."""
    rows = await _CLAIMS_LOCKED.rows(session, claim_ids=list(claim_ids))
    return {row["claim_id"]: Locked(HeldClaim(*row[:-1]), row[-1]) for row in rows}


def as_held(claim: Claim) -> HeldClaim:
    """The row of a claim as rules take it."""
    return HeldClaim(**{name: getattr(claim, name) for name in HELD})


async def claims_about(
    session: AsyncSession, asked: Sequence[Happened]
) -> dict[Happened, UUID | None]:
    """For each the claim, not rejected, that is about the same."""
    rows = await _OPEN.rows(
        session,
        worker_ids=[each.worker_id for each in asked],
        deaths=[each.died_on is not None for each in asked],
        days=[each.happened_on for each in asked],
    )
    return {asked[place - 1]: claim_id for place, claim_id in rows}
