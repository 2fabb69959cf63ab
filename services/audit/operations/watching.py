"""What whoever runs the audit service watches: whether the record is vouched for, and whole."""

import asyncio
from datetime import datetime
from math import inf

from chassis.gauges import Figure, Values, Watch
from chassis.service import Running
from chassis.state.unit import EVERYWHERE
from services.audit.operations.checkpoints import OFFICER
from services.audit.queries import checkpoints, findings
from services.audit.settings import Settings

EVERY_S = 15.0


async def _record(running: Running[Settings]) -> Values:
    own, marks = running.topics.of(running.name), running.tools.archive.watermarks()
    size = await asyncio.to_thread(running.tools.archive.size)
    async with running.units.reading(area=EVERYWHERE) as session:
        last = await checkpoints.last_checkpoint(session)
        verified_at = await checkpoints.last_verified_at(session, besides=OFFICER)
        open_findings = await findings.open_by_kind(session)
    signed = sum(h["seq"] for h in last.heads if h["topic"] != own) if last else 0
    now = running.units.clock()
    return {
        "archive_events": sum(marks.values()),
        "archive_bytes": size.bytes,
        "archive_unsigned_events": sum(n for s, n in marks.items() if s.topic != own) - signed,
        "archive_checkpoint_age_seconds": _age_s(last.signed_at if last else None, now),
        "archive_verified_age_seconds": _age_s(verified_at, now),
        "findings_open": {"none": 0, **open_findings},
    }


def _age_s(at: datetime | None, now: datetime) -> float:
    return (now - at).total_seconds() if at else inf


WATCHES = (
    Watch(
        "record",
        (
            Figure("archive_events", "Events in the archive"),
            Figure("archive_bytes", "Its size on disk"),
            Figure("archive_unsigned_events", "Of other services, under no checkpoint yet"),
            Figure("archive_checkpoint_age_seconds", "Since the last checkpoint; +Inf: none yet"),
            Figure(
                "archive_verified_age_seconds",
                "Since an officer last had all of it verified, and it was whole; +Inf: never",
            ),
            Figure("findings_open", "Findings that are not closed", "kind"),
        ),
        _record,
        every_s=EVERY_S,
    ),
)
