"""The only place that reads the clock."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chassis.settings import ServiceSettings

Clock = Callable[[], datetime]
"""Tells the instant, aware and in UTC. Business time; tokens, time-outs and health are real."""


class ClockUnreadable(RuntimeError):
    """The file of a simulated clock holds no instant."""


def real_now() -> datetime:
    """This instant, aware and in UTC."""
    return datetime.now(UTC)  # noqa: TID251  (here and nowhere else)


def monotonic_s() -> float:
    """Seconds that only go forward, from no particular start: for durations."""
    return time.monotonic()


def simulated(path: Path) -> Clock:
    """A clock that shows what the file says: one ISO 8601 instant with offset, read at each call.

    It raises ClockUnreadable when the file is missing or says anything else.
    """
    return lambda: _instant(path)


def move(path: Path, to: datetime) -> None:
    """Set the simulated clock, in one step: whoever reads sees the old instant or the new."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(to.isoformat())
    fresh.replace(path)


def clock_of(settings: "ServiceSettings") -> Clock:
    """The clock a service runs on: the simulated one when its settings name a file."""
    return simulated(settings.clock_file) if settings.clock_file else real_now


def _instant(path: Path) -> datetime:
    try:
        instant = datetime.fromisoformat(path.read_text().strip())
    except OSError as error:
        raise ClockUnreadable(f"the clock file {path} cannot be read: {error.strerror}") from error
    except ValueError:
        raise ClockUnreadable(f"the clock file {path} holds no ISO 8601 instant") from None
    if instant.tzinfo is None:
        raise ClockUnreadable(f"the clock file {path} holds an instant without an offset")
    return instant.astimezone(UTC)
