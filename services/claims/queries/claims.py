"""What decisions about a claim need to know, with the row of the claim locked.

These questions are asked for every command, so they are given to the driver as they are.
"""

from dataclasses import fields
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.statements import Statement
from services.claims.models import Claim
from services.claims.rules.claims import HeldClaim

HELD = tuple(field.name for field in fields(HeldClaim))
_MEMBER_LOCKED = Statement(
    "SELECT village_code FROM members WHERE worker_id = :worker_id FOR UPDATE"
)
# Where a member lives is told beside the lock: no decision hangs on a change of it meanwhile.
_CLAIM_LOCKED = Statement(
    f"SELECT {', '.join(f'claims.{name}' for name in HELD)}, members.village_code "  # noqa: S608  (names of fields)
    "FROM claims JOIN members USING (worker_id) WHERE claim_id = :claim_id FOR UPDATE OF claims"
)
_OPEN = "SELECT claim_id FROM claims WHERE worker_id = :worker_id AND state <> 'rejected'"
_OPEN_OF_DEATH = Statement(f"{_OPEN} AND died_on IS NOT NULL LIMIT 1")
_OPEN_OF_INJURY = Statement(
    f"{_OPEN} AND died_on IS NULL AND happened_on IS NOT DISTINCT FROM :happened_on LIMIT 1"
)


class Locked(NamedTuple):
    """A claim that is held, and where its member lived."""

    claim: HeldClaim
    village_code: str


async def member_locked(session: AsyncSession, worker_id: UUID) -> str | None:
    """Where the member lives, who is locked: whoever files a claim for one holds this. None: there
    is no such member."""
    rows = await _MEMBER_LOCKED.rows(session, worker_id=worker_id)
    return rows[0][0] if rows else None


async def claim_locked(session: AsyncSession, claim_id: UUID) -> Locked | None:
    """The claim, locked: whoever decides about it holds this."""
    rows = await _CLAIM_LOCKED.rows(session, claim_id=claim_id)
    if not rows:
        return None
    *held, village_code = rows[0]
    return Locked(HeldClaim(*held), village_code)


def as_held(claim: Claim) -> HeldClaim:
    """The row of a claim as rules take it."""
    return HeldClaim(**{name: getattr(claim, name) for name in HELD})


async def open_claim(
    session: AsyncSession, worker_id: UUID, *, died_on: date | None, happened_on: date | None
) -> UUID | None:
    """The claim, not rejected, for the member's death, or for the accident of that day of a member
    who lives."""
    if died_on is None:
        rows = await _OPEN_OF_INJURY.rows(session, worker_id=worker_id, happened_on=happened_on)
    else:
        rows = await _OPEN_OF_DEATH.rows(session, worker_id=worker_id)
    return rows[0][0] if rows else None
