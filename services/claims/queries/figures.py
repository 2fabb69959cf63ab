"""Claims in figures."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.area_filters import within

_IN_AREA = within("village_code")
_ARRIVED = """EXISTS (
    SELECT FROM payouts WHERE settled AND payouts.claim_id = lines.claim_id
      AND payouts.amount = lines.amount
      AND (payouts.line_id = lines.line_id
           OR payouts.line_id IS NULL AND payouts.benefit = lines.benefit))"""
_FIGURES = text(f"""
    WITH ours AS (
        SELECT claim_id FROM claims JOIN members USING (worker_id) WHERE {_IN_AREA}),
    steps AS (
        SELECT claim_id, bool_or(step = 'verified') AS verified,
               bool_or(step = 'approved') AS approved, bool_or(step = 'rejected') AS rejected,
               bool_or(step = 'paid') AS paid, bool_or(step = 'compensated') AS late
        FROM claim_steps JOIN ours USING (claim_id) GROUP BY claim_id),
    awarded AS (
        SELECT claim_id, bool_or(benefit = 'lump-sum') AS is_whole,
               coalesce(sum(amount) FILTER (WHERE origin = 'compensation'), 0) AS compensation,
               coalesce(sum(amount) FILTER (WHERE {_ARRIVED}), 0) AS arrived
        FROM approved_lines AS lines JOIN ours USING (claim_id) GROUP BY claim_id)
    SELECT count(*) AS claims_filed,
           count(*) FILTER (WHERE verified) AS verified,
           count(*) FILTER (WHERE approved) AS approved,
           count(*) FILTER (WHERE rejected) AS rejected,
           count(*) FILTER (WHERE paid) AS paid,
           count(*) FILTER (WHERE paid AND is_whole) AS paid_full,
           count(*) FILTER (WHERE NOT paid AND arrived > 0) AS partly_paid,
           count(*) FILTER (WHERE late) AS late,
           coalesce(sum(arrived) FILTER (WHERE paid), 0)::bigint AS amount_paid,
           coalesce(sum(arrived) FILTER (WHERE NOT paid), 0)::bigint AS amount_partly_paid,
           coalesce(sum(compensation), 0)::bigint AS compensation
    FROM ours LEFT JOIN steps USING (claim_id) LEFT JOIN awarded USING (claim_id)""")  # noqa: S608  (texts above)
_BY_BENEFIT = text(f"""
    SELECT benefit, sum(amount)::bigint
    FROM approved_lines AS lines JOIN claims USING (claim_id) JOIN members USING (worker_id)
    WHERE {_ARRIVED} AND {_IN_AREA}
      AND EXISTS (SELECT FROM claim_steps
                  WHERE claim_steps.claim_id = lines.claim_id AND step = 'paid')
    GROUP BY benefit ORDER BY benefit""")  # noqa: S608


async def figures(session: AsyncSession, *, area: str) -> dict[str, int]:
    """Claims of an area that ever came to each state, and the rupiah that arrived."""
    found = await session.execute(_FIGURES, {"area": area})
    return dict(found.mappings().one())


async def paid_by_benefit(session: AsyncSession, *, area: str) -> dict[str, int]:
    """The rupiah that arrived of the claims paid in an area, by line."""
    found = await session.execute(_BY_BENEFIT, {"area": area})
    return dict(found.all())
