"""Programs that run once and end: making a data folder, a migration."""

import asyncio
import os
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tameng import launcher
from tameng.problems import Problem, log_tail

Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class Step:
    """What to run to its end, and where it writes."""

    name: str
    argv: tuple[str, ...]
    log_file: Path
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to the environment of this program."""
    run_as: str = ""
    """A user of the system; empty: the same user. See `tameng.launcher`."""
    time_limit_s: float = 120.0


async def run(step: Step) -> None:
    """Run a step. Raises `Problem` with the end of its log when it fails or takes too long."""
    with step.log_file.open("ab") as log:
        running = await asyncio.create_subprocess_exec(
            *launcher.command(step.argv, user=step.run_as),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **step.env},
        )
    try:
        end = f"exit code {await asyncio.wait_for(running.wait(), step.time_limit_s)}"
    except TimeoutError:
        end = f"not done after {step.time_limit_s:g} s"
    finally:
        if running.returncode is None:
            with suppress(ProcessLookupError):
                running.kill()
            await running.wait()
    if running.returncode != 0:
        log_file = step.log_file
        raise Problem(f"{step.name} failed ({end}); see {log_file}:{log_tail(log_file)}")


async def together(*works: Awaitable[Answer]) -> list[Answer]:
    """Do several things at the same time. The first that fails ends the others and is raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
