"""A circuit breaker around the rail: when it is dead, nobody waits for it.

The states are purgatory's. What purgatory does not have is here: while the rail is tried again, one
question at a time goes through.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal, cast

from prometheus_client import CollectorRegistry, Gauge
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import CLOSED, HALF_OPENED, Context, OpenedState

from chassis.clock import real_now

FAILURES_MAX = 10
"""So many connections in a row that failed, or questions that got no answer, open the circuit."""
REST_S = 5.0
"""How long the rail is left alone before one question tries it again."""
NAME = "rail"
State = Literal["closed", "open", "half-open"]
_SHOWN: dict[State, int] = {"closed": 0, "half-open": 1, "open": 2}


class RailShut(Exception):
    """The rail did not answer of late: it is left alone for now."""


class Breaker:
    """One process's view of whether the rail is there."""

    def __init__(self, *, failures_max: int = FAILURES_MAX, rest_s: float = REST_S) -> None:
        self._factory = AsyncCircuitBreakerFactory(default_threshold=failures_max)
        self._rest_s = rest_s
        self._context: Context | None = None
        self._tried = False
        self._shown = False

    @property
    def state(self) -> State:
        """`closed` when all is well; `half-open` when the rail may be tried again."""
        if self._context is None or self._context.state == CLOSED:
            return "closed"
        opened_at = self._context.opened_at
        resting = opened_at is not None and real_now().timestamp() <= opened_at + self._rest_s
        return "open" if resting and self._context.state != HALF_OPENED else "half-open"

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """Around one question; what is raised inside is a failure. Raises: RailShut."""
        state = self.state
        if state == "open" or (state == "half-open" and self._tried):
            raise RailShut
        circuit = await self._factory.get_breaker(NAME, ttl=cast("int", self._rest_s))
        self._context = circuit.context
        self._tried = self._tried or state == "half-open"
        try:
            async with circuit:
                yield
        except OpenedState:
            raise RailShut from None
        finally:
            if state == "half-open":
                self._tried = False

    def show_in(self, registry: CollectorRegistry) -> None:
        """Tell Prometheus: 0 closed, 1 half open, 2 open."""
        if not self._shown:
            self._shown = True
            gauge = Gauge(
                "rail_circuit", "The circuit to the rail: 0 closed, 2 open", registry=registry
            )
            gauge.set_function(lambda: _SHOWN[self.state])
