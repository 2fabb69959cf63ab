"""What decisions about a claim need to know, with the row of the claim locked.

These questions are asked for every command: as constant texts that answer plain rows they cost a
quarter of the Python of `select(Claim)`, which is built, hashed and mapped anew each time.
"""

from dataclasses import fields
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import column, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.models import Claim
from services.claims.rules.claims import HeldClaim

_HELD = tuple(field.name for field in fields(HeldClaim))
_MEMBER_LOCKED = text("SELECT village_code FROM members WHERE worker_id = :worker_id FOR UPDATE")
# Where a member lives is told beside the lock: no decision hangs on a change of it meanwhile.
_CLAIM_LOCKED = text(
    f"SELECT {', '.join(f'claims.{name}' for name in _HELD)}, members.village_code "  # noqa: S608  (names of fields)
    "FROM claims JOIN members USING (worker_id) WHERE claim_id = :claim_id FOR UPDATE OF claims"
).columns(*map(column, (*_HELD, "village_code")))  # so the shape of the row is worked out once
_OPEN = "SELECT claim_id FROM claims WHERE worker_id = :worker_id AND state <> 'rejected'"
_OPEN_OF_DEATH = text(f"{_OPEN} AND died_on IS NOT NULL LIMIT 1")
_OPEN_OF_INJURY = text(
    f"{_OPEN} AND died_on IS NULL AND happened_on IS NOT DISTINCT FROM :happened_on LIMIT 1"
)


class Locked(NamedTuple):
    """A claim that is held, and where its member lived."""

    claim: HeldClaim
    village_code: str


async def member_locked(session: AsyncSession, worker_id: UUID) -> str | None:
    """Where the member lives, who is locked: whoever files a claim for one holds this. None: there
    is no such member."""
    found: str | None = await session.scalar(_MEMBER_LOCKED, {"worker_id": worker_id})
    return found


async def claim_locked(session: AsyncSession, claim_id: UUID) -> Locked | None:
    """The claim, locked: whoever decides about it holds this."""
    row = (await session.execute(_CLAIM_LOCKED, {"claim_id": claim_id})).one_or_none()
    if row is None:
        return None
    *held, village_code = row
    return Locked(HeldClaim(*held), village_code)


def as_held(claim: Claim) -> HeldClaim:
    """The row of a claim as rules take it."""
    return HeldClaim(**{name: getattr(claim, name) for name in _HELD})


async def open_claim(
    session: AsyncSession, worker_id: UUID, *, died_on: date | None, happened_on: date | None
) -> UUID | None:
    """The claim, not rejected, for the member's death, or for the accident of that day of a member
    who lives."""
    found: UUID | None
    if died_on is None:
        asked = {"worker_id": worker_id, "happened_on": happened_on}
        found = await session.scalar(_OPEN_OF_INJURY, asked)
    else:
        found = await session.scalar(_OPEN_OF_DEATH, {"worker_id": worker_id})
    return found
