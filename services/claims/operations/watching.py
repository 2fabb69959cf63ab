"""What whoever runs the claims service watches: the clocks that the law sets."""

from collections import Counter
from datetime import datetime
from typing import Any

from chassis.gauges import Figure, Values, Watch
from chassis.local_time import ends_at
from chassis.service import Running
from chassis.state.unit import EVERYWHERE
from services.claims.operations.case_files import CaseFile, case_files
from services.claims.operations.work_list import OPEN_CLAIMS_MAX
from services.claims.queries.work_list import open_claims

EVERY_S = 60.0
LEFT = ("no-clock", "paused", "late", "24h", "72h", "longer")
_HOUR_S = 3600


async def _clocks(running: Running[Any]) -> Values:
    now = running.units.clock()
    async with running.units.reading(area=EVERYWHERE) as session:
        rows = await open_claims(session, area=None, rows_max=OPEN_CLAIMS_MAX)
        files = await case_files(session, rows, now=now)
    left = Counter(left_of(file, now=now) for file in files)
    return {
        "claims_open": {each: left[each] for each in LEFT},
        "claims_late_days": max((f.term.days_late for f in files if f.term), default=0),
        "claims_payouts_failed": sum(
            line.state == "failed" for file in files for line in file.lines
        ),
        "claims_warnings_open": sum(file.warnings_open for file in files),
    }


def left_of(file: CaseFile, *, now: datetime) -> str:
    """How much is left to pay a claim, up to the end of its last day in Kupang."""
    term = file.term
    if term is None:
        return "no-clock"
    if term.is_paused:
        return "paused"
    left_h = (ends_at(term.due_on) - now).total_seconds() / _HOUR_S
    if left_h < 0:
        return "late"
    return "24h" if left_h <= 24 else "72h" if left_h <= 72 else "longer"  # noqa: PLR2004


WATCHES = (
    Watch(
        "clocks",
        (
            Figure("claims_open", "Open claims by the time left to pay them", "left"),
            Figure("claims_late_days", "How many days the latest is late"),
            Figure("claims_payouts_failed", "Lines of open claims that the bank could not pay"),
            Figure("claims_warnings_open", "Warning signs of open claims that nobody settled"),
        ),
        _clocks,
        every_s=EVERY_S,
    ),
)
