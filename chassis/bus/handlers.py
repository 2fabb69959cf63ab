"""What a service does with the events of others."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from chassis.state.projections import Projections
from chassis.state.unit import Unit
from contracts.event import Event

E = TypeVar("E", bound=Event)
Handler = Callable[[Unit, Sequence[E]], Awaitable[None]]


class Handlers:
    """The event types that a service listens to: copied to its replica tables, then handled."""

    def __init__(self, replicas: Projections) -> None:
        self._replicas = replicas
        self._by_type: dict[type[Event], Handler[Any]] = {}

    def on(self, event_type: type[E]) -> Callable[[Handler[E]], Handler[E]]:
        """Register the function that handles a run of this type."""

        def register(handler: Handler[E]) -> Handler[E]:
            if event_type in self._by_type:
                raise ValueError(f"{event_type.__name__} is handled twice")
            self._by_type[event_type] = handler
            return handler

        return register

    @property
    def event_types(self) -> dict[str, type[Event]]:
        """What is listened to, by its name on the wire."""
        handled = {event_type.type: event_type for event_type in self._by_type}
        return self._replicas.event_types | handled

    async def handle_run(self, unit: Unit, run: Sequence[Event]) -> None:
        """Copy a run to the replica tables, and hand it to its function."""
        event_type = type(run[0])
        if event_type.type in self._replicas.event_types:
            await self._replicas.apply_run(unit.session, run)
        handler = self._by_type.get(event_type)
        if handler is not None:
            await handler(unit, run)
