"""Whether the machine has its hands full."""

from dataclasses import dataclass, field

import psutil

BUSY_PART = 0.6
"""Of all its processors' time. A service that works as fast as it can takes one of two."""


def _spent() -> tuple[float, float]:
    """Seconds of all processors at work, and altogether, since the machine started."""
    times = psutil.cpu_times()
    whole = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    return whole - times.idle - getattr(times, "iowait", 0.0), whole


@dataclass
class Busy:
    """Told at each call of the time since the one before."""

    _before: tuple[float, float] = field(default_factory=_spent)

    def __call__(self) -> bool:
        """Whether the processors were at work for most of the time since this was last asked."""
        (busy, whole), before = _spent(), self._before
        self._before = (busy, whole)
        return busy - before[0] > BUSY_PART * (whole - before[1])
