"""Those with a part in a claim, and what is known of the family."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.state.statements import Statement
from services.claims.models import Claim, Document, Heir, Member


class RegisteredParty(NamedTuple):
    """A party of a claim as rules take it."""

    party_id: UUID
    heir_class: int
    role: str
    relation: str | None
    is_minor: bool
    guardian_id: UUID | None
    person_mark: str | None


class Standing(NamedTuple):
    """Where the member lived, and what is recorded of family and shares."""

    village_code: str
    living: dict[str, int] | None
    shares: dict[str, Any] | None


async def heirs(session: AsyncSession, claim_id: UUID) -> Sequence[Heir]:
    """All parties of a claim who are not struck, as they were registered."""
    statement = select(Heir).where(Heir.claim_id == claim_id, col(Heir.struck_at).is_(None))
    return (await session.scalars(statement.order_by(*_ORDER))).all()


async def heir(session: AsyncSession, claim_id: UUID, party_id: UUID) -> Heir | None:
    """A party of a claim who is not struck."""
    statement = select(Heir).where(Heir.claim_id == claim_id, Heir.party_id == party_id)
    return (await session.scalars(statement.where(col(Heir.struck_at).is_(None)))).one_or_none()


async def came_back(session: AsyncSession, claim_id: UUID, payee_id: UUID) -> bool:
    """Whether the bank could not pay a line of this payee, and it has not arrived since."""
    where = {"claim_id": claim_id, "payee_id": payee_id}
    return bool((await session.execute(_CAME_BACK, where)).scalar_one())


_CAME_BACK = text("""
    SELECT EXISTS (
        SELECT FROM approved_lines AS line JOIN payouts USING (line_id)
        WHERE line.claim_id = :claim_id AND line.payee_id = :payee_id
        GROUP BY line.line_id HAVING NOT bool_or(payouts.settled))""")


async def parties(session: AsyncSession, claim_id: UUID) -> Sequence[RegisteredParty]:
    """The same parties in the same order, with what rules ask of them: a third of the Python."""
    return [RegisteredParty(*row) for row in await _PARTIES.rows(session, claim_id=claim_id)]


async def standing(session: AsyncSession, claim_id: UUID) -> Standing | None:
    """What a list of parties tells of the claim; None: there is no such claim."""
    statement = select(Member.village_code, Claim.living, Claim.shares).join(
        Member, col(Member.worker_id) == Claim.worker_id
    )
    found = (await session.execute(statement.where(Claim.claim_id == claim_id))).one_or_none()
    return None if found is None else Standing._make(found)


async def papers(session: AsyncSession, claim_id: UUID, *, kind: str) -> Sequence[UUID]:
    """The documents of a kind that count: not replaced, and not found to be bad."""
    statement = select(Document.document_id).where(
        Document.claim_id == claim_id,
        Document.kind == kind,
        col(Document.replaced_by).is_(None),
        col(Document.is_good).is_not(False),
    )
    return (await session.scalars(statement)).all()


_ORDER = (col(Heir.registered_at), col(Heir.party_id))
PARTY = ", ".join(RegisteredParty._fields)
_PARTIES = Statement(
    f"SELECT {PARTY} FROM heirs "  # noqa: S608  (names of fields)
    "WHERE claim_id = :claim_id AND struck_at IS NULL ORDER BY registered_at, party_id"
)
