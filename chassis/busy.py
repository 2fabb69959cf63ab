"""Whether the machine, or this process, has its hands full."""

import time
from dataclasses import dataclass, field
from typing import NamedTuple

import psutil

from chassis.clock import monotonic_s

BUSY_PART = 0.6
"""Of the time of all processors, or of one that this process could have: its threads share one."""


class _Spent(NamedTuple):
    """Seconds until now."""

    at_work: float
    """Of all processors."""
    of_all: float
    here: float
    """Of processor by this process."""
    at: float


def _spent() -> _Spent:
    times = psutil.cpu_times()
    of_all = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    at_work = of_all - times.idle - getattr(times, "iowait", 0.0)
    return _Spent(at_work, of_all, time.process_time(), monotonic_s())


@dataclass
class Busy:
    """Told at each call of the time since the one before."""

    _before: _Spent = field(default_factory=_spent)

    def __call__(self) -> bool:
        """Whether most of the time since this was last asked went to work."""
        now, before = _spent(), self._before
        self._before = now
        machine = now.at_work - before.at_work > BUSY_PART * (now.of_all - before.of_all)
        return machine or now.here - before.here > BUSY_PART * (now.at - before.at)
