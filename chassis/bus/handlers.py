"""What a service does with the events of others."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, TypeVar

from chassis.bus.admission import Record
from chassis.clock import monotonic_s
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
        self._records_max: dict[str, int] = {}

    def on(
        self, event_type: type[E], *, records_max: int | None = None
    ) -> Callable[[Handler[E]], Handler[E]]:
        """Register the function that handles a run of this type: at most so many in a transaction,
        where one of them may concern thousands of rows."""

        def register(handler: Handler[E]) -> Handler[E]:
            if event_type in self._by_type:
                raise ValueError(f"{event_type.__name__} is handled twice")
            self._by_type[event_type] = handler
            if records_max is not None:
                self._records_max[event_type.type] = records_max
            return handler

        return register

    @property
    def event_types(self) -> dict[str, type[Event]]:
        """What is listened to, by its name on the wire."""
        handled = {event_type.type: event_type for event_type in self._by_type}
        return self._replicas.event_types | handled

    def portions(self, records: Sequence[Record]) -> Iterator[Sequence[Record]]:
        """Cut a poll where a transaction would have more of a type than its function takes."""
        begin, counts = 0, Counter[str]()
        for end, record in enumerate(records):
            counts[record.type] += 1
            if counts[record.type] > self._records_max.get(record.type, len(records)):
                yield records[begin:end]
                begin, counts = end, Counter([record.type])
        if records:
            yield records[begin:]

    async def handle_run(self, unit: Unit, run: Sequence[Event]) -> None:
        """Copy a run to the replica tables, and hand it to its function."""
        event_type, began_s = type(run[0]), monotonic_s()
        if event_type.type in self._replicas.event_types:
            await self._replicas.apply_run(unit.session, run)
        handler = self._by_type.get(event_type)
        if handler is not None:
            await handler(unit, run)
        spent_s = unit.handled_s.get(event_type.type, 0.0) + monotonic_s() - began_s
        unit.handled_s[event_type.type] = spent_s
