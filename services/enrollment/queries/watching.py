"""What whoever runs the enrollment service watches: its metrics beside those of the bus."""

from typing import Any

from sqlalchemy import text

from chassis.gauges import Figure, Values, Watch
from chassis.local_time import local_day
from chassis.service import Running
from chassis.state.unit import EVERYWHERE

_INVOICES = text("""
    SELECT count(*) AS open, count(overdue_at) AS overdue,
           coalesce(sum(amount) FILTER (WHERE overdue_at IS NOT NULL), 0)::bigint AS rupiah,
           coalesce(cast(:today AS date) - min(due_on) FILTER (WHERE overdue_at IS NOT NULL), 0)
               AS days
    FROM invoices WHERE cleared_at IS NULL""")
_ROSTERS = text("""
    SELECT count(*) FILTER (WHERE validated_at IS NULL) AS checking,
           count(*) FILTER (WHERE validated_at IS NOT NULL AND decided_at IS NULL) AS deciding,
           count(*) FILTER (WHERE decided_at IS NOT NULL) AS enrolling
    FROM rosters WHERE processed_at IS NULL AND approved IS NOT FALSE""")
_REVIEWS = text("SELECT count(*) FROM reviews WHERE decided_at IS NULL")


async def _enrollment(running: Running[Any]) -> Values:
    today = local_day(running.units.clock())
    async with running.units.reading(area=EVERYWHERE) as session:
        invoices = (await session.execute(_INVOICES, {"today": today})).mappings().one()
        rosters = (await session.execute(_ROSTERS)).mappings().one()
        reviews = await session.scalar(_REVIEWS)
    return {
        "invoices_open": invoices["open"],
        "invoices_overdue": invoices["overdue"],
        "invoices_overdue_rupiah": invoices["rupiah"],
        "invoices_overdue_days": invoices["days"],
        "rosters_open": dict(rosters),
        "reviews_open": reviews or 0,
    }


WATCHES = (
    Watch(
        "enrollment",
        (
            Figure("invoices_open", "Invoices of the programmes that are not paid"),
            Figure("invoices_overdue", "Those of them past their day"),
            Figure("invoices_overdue_rupiah", "What they come to"),
            Figure("invoices_overdue_days", "How long past its day the oldest is"),
            Figure("rosters_open", "Rosters that are not worked through, by step", "step"),
            Figure("reviews_open", "Doubts about a member that wait for an officer"),
        ),
        _enrollment,
    ),
)
