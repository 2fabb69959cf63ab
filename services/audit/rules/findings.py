"""Findings: what is not as it was, and where exactly."""

from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from contracts.audit import FindingRaised
from contracts.event import Cause, derived_id

LINE_CHARACTERS_MAX = 200


class Damage(NamedTuple):
    """The first place at which the archive is not what was written."""

    kind: Literal["archive-damaged", "checkpoint-altered"]
    topic: str
    shard: int
    seq: int
    """The number of the event that is missing there or not as it was; 0: none in particular."""
    file: str
    """Within the archive's folder."""
    byte: int
    """Where in the file."""
    detail: str


class Differing(NamedTuple):
    """A number that came again with another content than the archived one."""

    topic: str
    shard: int
    seq: int
    event_id: UUID
    """As it came."""
    archived_sha256: str
    arrived_sha256: str

    @property
    def finding_id(self) -> UUID:
        """The same for the same content: the copy in the topic is met again and again."""
        place = f"{self.topic} {self.shard} {self.seq}"
        return derived_id(self.event_id, f"finding {place} {self.arrived_sha256}")


def raise_damage(damage: Damage, *, cause: Cause, now: datetime) -> FindingRaised:
    """The archive was looked through and is damaged."""
    where = f"{damage.file} byte {damage.byte}: " if damage.file else ""
    return FindingRaised(
        **cause.stamp("raise-finding", at=now),
        finding_id=derived_id(cause.cause_id, "finding"),
        kind=damage.kind,
        place=f"{damage.topic} {damage.shard} {damage.seq}",
        detail=f"{where}{damage.detail}"[:LINE_CHARACTERS_MAX],
    )


def raise_differing(found: Differing, *, now: datetime) -> FindingRaised:
    """A record came whose content is not that of the archived one. The archive is not changed."""
    cause = Cause(found.finding_id, found.finding_id)
    return FindingRaised(
        **cause.stamp("raise-finding", at=now),
        finding_id=found.finding_id,
        kind="content-differs",
        place=f"{found.topic} {found.shard} {found.seq}",
        detail=f"archived {found.archived_sha256}, arrived {found.arrived_sha256}",
    )
