"""What audit does by itself."""

import asyncio
from collections.abc import Sequence

from chassis.clock import monotonic_s
from chassis.jobs import Job, Step
from chassis.service import Running
from services.audit.adapters.archive import Archive
from services.audit.operations import checkpoints, questions
from services.audit.settings import Settings

CLOSED_REST_S = 1.0
COMPRESSION_REST_S = 10.0
RECORD_REST_S = 30.0
BUSY_EVENTS_A_SECOND = 200
PUT_OFF_S = 600.0
"""What is done for later takes as much of the processor as archiving itself, so it waits while so
much is archived; so long at most. A question brings the record up to date by itself."""


async def vouch(running: Running[Settings]) -> None:
    """Sign a checkpoint if anything came since the last: every minute, and before stopping."""
    own_topic = running.topics.of(running.name)
    await checkpoints.sign_when_grown(running.units, tools=running.tools, own_topic=own_topic)


def jobs(running: Running[Settings]) -> Sequence[Job]:
    """Vouching for what came; compressing it; keeping the record for questions up to date."""
    tools, settings = running.tools, running.settings
    closed = tools.archive.closed_segments()

    async def vouch_now_and_then() -> bool:
        await vouch(running)
        return False

    async def vouch_for_closed() -> bool:
        nonlocal closed
        if (now_closed := tools.archive.closed_segments()) > closed:
            await vouch(running)
            closed = now_closed
        return False

    async def compress() -> bool:
        return await asyncio.to_thread(tools.archive.compress)

    async def record() -> bool:
        await questions.refresh(tools)
        return False

    return (
        Job("checkpoints", vouch_now_and_then, settings.checkpoint_every_s),
        Job("closed segments", vouch_for_closed, CLOSED_REST_S),
        Job("compression", _in_quiet(tools.archive, compress), COMPRESSION_REST_S),
        Job("record", _in_quiet(tools.archive, record), RECORD_REST_S),
    )


def _in_quiet(archive: Archive, step: Step) -> Step:
    """The step, put off while much is archived."""
    looked_at = waits_since = monotonic_s()
    events = sum(archive.watermarks().values())

    async def step_or_wait() -> bool:
        nonlocal looked_at, events, waits_since
        now, known = monotonic_s(), events
        events = sum(archive.watermarks().values())
        is_busy = events - known > BUSY_EVENTS_A_SECOND * (now - looked_at)
        looked_at = now
        if is_busy and now - waits_since < PUT_OFF_S:
            return False
        waits_since = now
        return await step()

    return step_or_wait
