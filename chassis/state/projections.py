"""The one place where events change tables: live and in replay alike."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.runs import runs
from contracts.event import Event

E = TypeVar("E", bound=Event)
K = TypeVar("K")
Projection = Callable[[AsyncSession, Sequence[E]], Awaitable[None]]


class Projections:
    """How each event type changes a service's tables.

    A service has two: one for its own events, and one for the events of others of which it keeps
    copies (replica tables). Own projections never read a replica, so each replays by itself.
    """

    def __init__(self, like: "Projections | None" = None) -> None:
        """Of no type yet, or of those of another."""
        self._by_type: dict[type[Event], Projection[Any]] = dict(like._by_type) if like else {}  # noqa: SLF001
        self.event_types: dict[str, type[Event]] = dict(like.event_types) if like else {}
        """What is applied, by its name on the wire."""

    def applies(self, event_type: type[E]) -> Callable[[Projection[E]], Projection[E]]:
        """Register the function that applies a run of this type."""

        def register(projection: Projection[E]) -> Projection[E]:
            if event_type in self._by_type:
                raise ValueError(f"{event_type.__name__} is applied twice")
            self._by_type[event_type] = projection
            self.event_types[event_type.type] = event_type
            return projection

        return register

    def changes_nothing(self, *event_types: type[Event]) -> None:
        """Say that these are only for the record."""
        for event_type in event_types:
            self.applies(event_type)(_no_change)

    @property
    def silent_types(self) -> frozenset[str]:
        """The names of what is only for the record."""
        return frozenset(kind.type for kind, how in self._by_type.items() if how is _no_change)

    async def apply(self, session: AsyncSession, events: Mapping[K, Sequence[Event]]) -> None:
        """Change the tables as these events, given by shard, say."""
        for run in runs(events):
            await self.apply_run(session, run)

    async def apply_run(self, session: AsyncSession, run: Sequence[Event]) -> None:
        """Change the tables as a run says. Raises: KeyError for a type that nobody registered."""
        await self._by_type[type(run[0])](session, run)


async def _no_change(_session: AsyncSession, _events: Sequence[Event]) -> None:
    """The event stands in the log, and that is all."""
