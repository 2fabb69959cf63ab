"""Gauges that are read from the tables: seldom, however often somebody looks at the metrics."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chassis.clock import monotonic_s, real_now
from chassis.metrics import Metrics

LOOK_TIMEOUT_S = 4.0
"""All of a scrape is given 10 s."""
EVERY_S = 10.0
Values = Mapping[str, float | Mapping[str, float]]
"""By the figure's name: its value, or a value for each value of its label."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Figure:
    """A gauge: its name with the unit, what it says, its label if it has one."""

    name: str
    what: str
    label: str | None = None


@dataclass(frozen=True)
class Watch:
    """Figures that one look at the tables tells, and how often that look is worth its cost."""

    name: str
    figures: Sequence[Figure]
    look: Callable[[Any], Awaitable[Values]]
    """Given the service that runs (`Running`); a value that it leaves out is taken away."""
    every_s: float = EVERY_S


@dataclass
class Watches:
    """The watches of one process, shown among its metrics."""

    metrics: Metrics
    running: Any
    watches: Sequence[Watch]
    _read_at_s: dict[str, float] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._read = self.metrics.gauge(
            "figures_read_timestamp_seconds", "When these figures were last read", "watch"
        )
        self._gauges = {
            each.name: self.metrics.gauge(
                each.name, each.what, *([each.label] if each.label else [])
            )
            for watch in self.watches
            for each in watch.figures
        }

    async def refresh(self) -> None:
        """Read the figures that are due. One whose look fails stays as it was, and its age tells:
        a broken query must not hide all the others."""
        async with self._turn:
            for watch in self.watches:
                if monotonic_s() - self._read_at_s.get(watch.name, -watch.every_s) < watch.every_s:
                    continue
                self._read_at_s[watch.name] = monotonic_s()
                try:
                    values = await asyncio.wait_for(watch.look(self.running), LOOK_TIMEOUT_S)
                except Exception:
                    log.exception("the figures of %s could not be read", watch.name)
                else:
                    self._show(watch, values)

    def _show(self, watch: Watch, values: Values) -> None:
        for figure in watch.figures:
            gauge, value = self._gauges[figure.name], values.get(figure.name)
            if figure.label:
                gauge.clear()
            for label, number in (value if isinstance(value, Mapping) else {}).items():
                gauge.labels(label).set(number)
            if isinstance(value, int | float):
                gauge.set(value)
        self._read.labels(watch.name).set(real_now().timestamp())
