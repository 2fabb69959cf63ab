"""The record at a glance: is all of it there, who vouched for it, what was found."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus.topics import Topics
from chassis.state.event_log import SHARDS
from chassis.status import Status
from services.audit.adapters import Tools, neighbors
from services.audit.operations import lookups
from services.audit.queries.findings import findings_by_state
from services.audit.rules import completeness
from services.audit.rules.completeness import ARCHIVE, Place, Told, TopicMarks


class Glance(NamedTuple):
    """What the first page shows."""

    topics: list[TopicMarks]
    silent: list[str]
    """Services that did not answer, or whose address is not known."""
    figures: lookups.Figures
    findings: Mapping[str, int]
    """By their state."""

    @property
    def is_complete(self) -> bool:
        """Every service answered, and nothing is missing anywhere."""
        return not self.silent and all(topic.is_complete for topic in self.topics)


async def at_a_glance(
    session: AsyncSession, own: Status, *, tools: Tools, topics: Topics, authorization: str
) -> Glance:
    """`own`: how this service stands; the others are asked over HTTP as the caller."""
    others = await neighbors.statuses(tools.settings.urls(), authorization=authorization)
    answered = {**others, ARCHIVE: own}
    owners = {topics.of(name): name for name in answered}
    told = {name: _told(status, owners) if status else None for name, status in answered.items()}
    return Glance(
        topics=list(completeness.topics(range(SHARDS), told)),
        silent=[name for name, status in answered.items() if status is None],
        figures=await lookups.figures(session, tools.archive),
        findings=await findings_by_state(session),
    )


def _told(status: Status, owners: Mapping[str, str]) -> Told:
    streams = [each for each in status.streams if each.topic in owners]
    return Told(
        heads={each.shard: each.head for each in status.log},
        sent={each.shard: each.sent for each in status.log},
        applied={Place(owners[each.topic], each.shard): each.watermark for each in streams},
        stuck=frozenset(
            Place(owners[each.topic], each.shard) for each in streams if each.gap or each.parked
        ),
    )
