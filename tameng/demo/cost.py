"""What a story costs the machine: memory of the services, processor time of each part."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil

from tameng.environment import SERVICES
from tameng.machine import Running

SAMPLE_S = 5.0
"""To add up what a process shares takes 10 ms of it."""
MB = 1_000_000
CLIENTS = "clients and checks"
"""This process and the commands that it ran to their end: replays, verifiers."""


@dataclass
class Meter:
    """Watches the programs of a machine that run here."""

    running: Running
    memory_mb_max: dict[str, int] = field(default_factory=dict)
    rss_mb_max: int = 0
    """The largest resident set of one service."""
    cpu_s: dict[str, dict[str, float]] = field(default_factory=dict)
    """Seconds by act and program; those of Postgres and Kafka with all their processes."""
    load_average: dict[str, float] = field(default_factory=dict)
    """Of the last minute when each act began: above the number of cores, others wait too."""

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Look at the memory every few seconds, for the most there was."""
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    @asynccontextmanager
    async def act(self, name: str) -> AsyncIterator[None]:
        """Keep the processor time that this takes."""
        before = processor_s(self.running)
        self.load_average[name] = round(os.getloadavg()[0], 1)
        yield
        after = processor_s(self.running)
        self.cpu_s[name] = {
            program: round(spent - before.get(program, 0.0), 2) for program, spent in after.items()
        }

    def found(self) -> dict[str, Any]:
        """As a report has it."""
        return {
            "memory_mb": memory_mb(self.running),
            "memory_mb_max": self.memory_mb_max,
            "rss_mb_max": self.rss_mb_max,
            "cpu_s": self.cpu_s,
            "load_average": self.load_average,
        }

    async def _watch(self) -> None:
        while True:
            with contextlib.suppress(psutil.NoSuchProcess):  # it is being started again
                self._look(*await asyncio.to_thread(lambda: (memory_mb(self.running), self._rss())))
            await asyncio.sleep(SAMPLE_S)

    def _look(self, now: dict[str, int], rss_mb: int) -> None:
        before = self.memory_mb_max
        self.memory_mb_max = {name: max(mb, before.get(name, 0)) for name, mb in now.items()}
        self.rss_mb_max = max(self.rss_mb_max, rss_mb)

    def _rss(self) -> int:
        pids = [pid for name, pid in self.running.pids.items() if name in SERVICES]
        return round(max((psutil.Process(pid).memory_info().rss for pid in pids), default=0) / MB)


def memory_mb(running: Running) -> dict[str, int]:
    """The proportional set size of each service that runs here, in MB, and of all together."""
    sizes = {
        name: round(psutil.Process(running.pids[name]).memory_full_info().pss / MB)
        for name in SERVICES
        if name in running.pids
    }
    return {**sizes, "services": sum(sizes.values())}


def processor_s(running: Running) -> dict[str, float]:
    """Seconds of processor that each program has used, with those that it started."""
    programs = {name: psutil.Process(pid) for name, pid in running.pids.items()}
    spent = {name: _with_children(program) for name, program in programs.items()}
    own = psutil.Process().cpu_times()
    return spent | {CLIENTS: own.user + own.system + own.children_user + own.children_system}


def _with_children(program: psutil.Process) -> float:
    total = 0.0
    for process in (program, *program.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total
