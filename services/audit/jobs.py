"""What audit does by itself."""

from collections.abc import Sequence

from chassis.jobs import Job
from chassis.service import Running
from services.audit.operations import checkpoints, questions
from services.audit.settings import Settings

RECORD_REST_S = 30.0


def jobs(running: Running[Settings]) -> Sequence[Job]:
    """Vouching for what came; keeping the record for questions up to date."""
    tools, settings = running.tools, running.settings
    own_topic = running.topics.of(running.name)

    async def vouch() -> bool:
        await checkpoints.sign_when_grown(running.units, tools=tools, own_topic=own_topic)
        return False

    async def record() -> bool:
        await questions.refresh(tools)
        return False

    return (
        Job("checkpoints", vouch, settings.checkpoint_every_s),
        Job("record", record, RECORD_REST_S),
    )
