"""What whoever runs the audit service watches: whether the record is vouched for, and whole."""

import asyncio

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
    age_s = (running.units.clock() - last.signed_at).total_seconds() if last else 0.0
    return {
        "archive_events": sum(marks.values()),
        "archive_bytes": size.bytes,
        "archive_unsigned_events": sum(n for s, n in marks.items() if s.topic != own) - signed,
        "archive_checkpoint_age_seconds": age_s,
        "archive_verified_timestamp_seconds": verified_at.timestamp() if verified_at else 0.0,
        "findings_open": {"none": 0, **open_findings},
    }


WATCHES = (
    Watch(
        "record",
        (
            Figure("archive_events", "Events in the archive"),
            Figure("archive_bytes", "Its size on disk"),
            Figure("archive_unsigned_events", "Of other services, under no checkpoint yet"),
            Figure("archive_checkpoint_age_seconds", "Since the last checkpoint"),
            Figure(
                "archive_verified_timestamp_seconds",
                "When an officer last had all of it verified, and it was whole; 0: never",
            ),
            Figure("findings_open", "Findings that are not closed", "kind"),
        ),
        _record,
        every_s=EVERY_S,
    ),
)
