"""Who applies the parts of a replay, at the same time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.state.replay.applying import Sources, Tell, apply_part
from chassis.state.replay.comparing import Difference
from chassis.state.replay.cut import Part
from chassis.state.replay.log import Log


@dataclass(frozen=True)
class Found:
    """What a worker saw on the way: rows of the log that are not as they were archived."""

    log_compared: int = 0
    log_differing: int = 0
    first: list[Difference] = field(default_factory=list)


class Workers(Protocol):
    """Processes, or this one."""

    @property
    def number(self) -> int:
        """How many there are."""

    async def apply(self, part: Part, *, number: int, tell: Tell) -> Found:
        """Have worker `number` apply a part; `tell` is told of each portion."""


@dataclass(frozen=True)
class Here:
    """This process, in so many parts."""

    owner: AsyncEngine
    sources: Callable[[Part], Sources]
    number: int = 1

    async def apply(self, part: Part, *, number: int, tell: Tell) -> Found:  # noqa: ARG002
        """Apply a part here."""
        return await found_in(self.owner, part, self.sources(part), tell=tell)


async def found_in(owner: AsyncEngine, part: Part, sources: Sources, *, tell: Tell) -> Found:
    """Apply a part, and tell what was seen on the way."""
    await apply_part(owner, part, sources, tell=tell)
    check = sources.own.check if isinstance(sources.own, Log) else None
    return Found(check.compared, check.differing, check.first) if check else Found()
