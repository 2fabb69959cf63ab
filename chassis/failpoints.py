"""Named moments at which a process fails when it is told to: for tests and drills.

    FAILPOINTS="relay.read:kill unit.committed:delay:0.5"

Each is `name:action`, the action one of `kill` (as kill -9), `raise`, `delay:SECONDS`. Without the
variable a failpoint is nothing. A test in the same process may put an action of its own in `ARMED`.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

VARIABLE = "FAILPOINTS"
Action = Callable[[], Awaitable[object]]


class FailpointReached(RuntimeError):
    """Raised where the environment asked for it."""


async def failpoint(name: str) -> None:
    """Do what was asked for this moment."""
    action = ARMED.get(name)
    if action is not None:
        await action()


def armed_by(environment: Mapping[str, str]) -> dict[str, Action]:
    """The actions that an environment asks for, by name. Raises: ValueError for an unknown one."""
    asked = (each.split(":") for each in environment.get(VARIABLE, "").split())
    return {name: _action(name, *how) for name, *how in asked}


def _action(name: str, kind: str = "", delay_s: str = "0") -> Action:
    match kind:
        case "kill":
            return _kill
        case "raise":
            return partial(_raise, name)
        case "delay":
            return partial(asyncio.sleep, float(delay_s))
    raise ValueError(f"{VARIABLE}: {name}:{kind} is none of kill, raise, delay:SECONDS")


async def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def _raise(name: str) -> None:
    raise FailpointReached(name)


ARMED: dict[str, Action] = armed_by(os.environ)
