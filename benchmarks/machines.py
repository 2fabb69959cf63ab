"""A machine for a benchmark: everything running in a folder of its own, and its clients."""

import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from chassis.local_time import WITA
from tameng.environment import SERVICES
from tameng.machine import Running, machine
from tameng.offices import Office, http_client, office_maker

BEGINS_AT = datetime(2025, 7, 1, 8, tzinfo=WITA)


@dataclass(frozen=True)
class Bench:
    """A machine that is up, and how to speak to it."""

    running: Running
    office: Callable[[str, str, str], Office]

    def processes(self) -> Mapping[str, psutil.Process]:
        """The processes of the services that run."""
        return {
            name: psutil.Process(self.running.pids[name])
            for name in SERVICES
            if name in self.running.pids
        }

    def cpu_s(self) -> float:
        """Seconds of CPU that they have used."""
        times = (process.cpu_times() for process in self.processes().values())
        return sum(each.user + each.system for each in times)

    def rss_mb_max(self) -> int:
        """The largest resident set of them, in MB."""
        sizes = (process.memory_info().rss for process in self.processes().values())
        return round(max(sizes) / 1_000_000)


@asynccontextmanager
async def bench(*, services: Sequence[str] = SERVICES) -> AsyncIterator[Bench]:
    """Everything, or these services alone, started in a folder that is removed at the end."""
    with TemporaryDirectory(prefix="tameng-bench-") as folder:
        async with (
            machine(
                state=Path(folder) / "state",
                fresh=True,
                say=_on_stderr,
                begins_at=BEGINS_AT,
                services=services,
            ) as running,
            http_client() as http,
        ):
            yield Bench(running, office_maker(running.keys, running.urls, http))


def _on_stderr(line: str) -> None:
    sys.stderr.write(f"{line}\n")
