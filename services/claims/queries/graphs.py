"""What a claim has, and which other claims have the same: one statement."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.queries.warnings import HOLDERS, MARKS, bounds
from services.claims.rules.graphs import Link

OTHERS_MAX = 20
"""Other claims of one thing."""
_LINKS = text(f"""
    SELECT thing, mark, other.claim_id
    FROM ({MARKS} UNION SELECT 'agent', filed_by FROM claims WHERE claim_id = :claim_id) AS marks
    LEFT JOIN LATERAL (
        SELECT DISTINCT claim_id FROM (
            {HOLDERS}
            UNION (SELECT claim_id FROM claims WHERE thing = 'agent' AND filed_by = mark
                   LIMIT :rows_max)) AS holders
        WHERE claim_id <> :claim_id ORDER BY claim_id LIMIT :others_max) AS other ON true
    WHERE mark IS NOT NULL""")  # noqa: S608  (built of constants)


async def links(session: AsyncSession, claim_id: UUID, *, now: datetime) -> Sequence[Link]:
    """Each thing of the claim with each other claim that has it, or with none."""
    bound = bounds(now) | {"claim_id": claim_id, "others_max": OTHERS_MAX}
    found = await session.execute(_LINKS, bound)
    return [Link(row.thing, row.mark, row.claim_id) for row in found.all()]
