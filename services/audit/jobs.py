"""What audit does by itself."""

import asyncio
from collections.abc import Sequence

from chassis.jobs import Job
from chassis.service import Running
from services.audit.operations import checkpoints, questions
from services.audit.settings import Settings

CLOSED_REST_S = 1.0
COMPRESSION_REST_S = 10.0
RECORD_REST_S = 30.0


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
        # For quiet times: each takes as much of the processor as archiving itself. A question
        # brings the record up to date without waiting for one.
        Job("compression", compress, COMPRESSION_REST_S, in_quiet=True),
        Job("record", record, RECORD_REST_S, in_quiet=True),
    )
