"""Starts programs, starts again what dies, and stops everything."""

import asyncio
import os
import signal
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tameng import launcher
from tameng.problems import Problem, log_tail
from tameng.steps import together

READY_POLL_S = 0.1
LOG_BYTES_MAX = 32 << 20

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run, and how to know that it serves."""

    name: str
    argv: tuple[str, ...]
    log_file: Path
    is_ready: Callable[[], Awaitable[bool]]
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to the environment of this program."""
    run_as: str = ""
    """A user of the system; empty: the same user. See `tameng.launcher`."""
    ready_timeout_s: float = 60.0
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_s: float = 10.0


@dataclass(frozen=True, kw_only=True)
class Restarts:
    """How often a program that dies is started again, and after how long."""

    per_window_max: int = 10
    window_s: float = 120.0
    delay_first_s: float = 0.5
    delay_max_s: float = 8.0


class Supervisor:
    """Runs programs for as long as its `async with` lasts.

    Programs that are started together are stopped together; what was started last stops first.
    `say` is told of every death and every return, a line each.
    """

    def __init__(self, *, say: Say, restarts: Restarts | None = None) -> None:
        self._say = say
        self._restarts = restarts or Restarts()
        self._started: list[list[_Watch]] = []
        self._given_up: asyncio.Queue[str] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def pids(self) -> dict[str, int]:
        """The process id of each program by its name; during a restart the one that died."""
        return {watch.program.name: watch.pid for group in self._started for watch in group}

    async def start(self, *programs: Program) -> None:
        """Start programs at the same time and wait until each is ready.

        Raises `Problem` with the end of its log when one dies first or is not ready in time.
        """
        watches = [
            _Watch(program, say=self._say, restarts=self._restarts, given_up=self._given_up)
            for program in programs
        ]
        self._started.append(watches)
        # One that fails ends the wait for the others; `stop` ends their programs.
        await together(*(watch.start() for watch in watches))

    async def failure(self) -> str:
        """Waits until a program is given up, and answers with the line that says so."""
        return await self._given_up.get()

    async def stop(self) -> None:
        """Stop everything, what was started last first."""
        while self._started:
            await asyncio.gather(*(watch.stop() for watch in self._started[-1]))
            self._started.pop()


class _Watch:
    """One program: the process that runs it now, and the task that starts it again."""

    def __init__(
        self, program: Program, *, say: Say, restarts: Restarts, given_up: asyncio.Queue[str]
    ) -> None:
        self.program = program
        self._say = say
        self._restarts = restarts
        self._given_up = given_up
        self._running: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._deaths: deque[float] = deque(maxlen=restarts.per_window_max)

    @property
    def pid(self) -> int:
        return self._running.pid if self._running else 0

    async def start(self) -> None:
        """Start it, wait until it is ready, and keep it running from then on."""
        running = await self._launch()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.program.ready_timeout_s):
                while not await self._is_ready_before_its_end(running):
                    if not await self._is_worth_another_try(running):
                        break
                    running = await self._launch()
                else:
                    self._keeper = asyncio.create_task(self._keep_running(running))
                    return
        end = "is not ready" if running.returncode is None else _death(running.returncode)
        log = self.program.log_file
        raise Problem(f"{self.program.name} did not start ({end}); see {log}:{log_tail(log)}")

    async def stop(self) -> None:
        """Ask it to stop, and kill it when it does not."""
        self._stopping.set()
        if self._keeper is not None:
            await self._keeper
        elif self._running is not None:
            await self._terminate(self._running)

    async def _is_worth_another_try(self, running: asyncio.subprocess.Process) -> bool:
        """Whether it was killed from outside before it was ready, and not too often. One that ends
        by itself so early would do so again.
        """
        if running.returncode is None or running.returncode >= 0:
            return False
        delay_s = self._delay_s()
        if delay_s is None:
            return False
        death = _death(running.returncode)
        self._say(f"{self.program.name} died ({death}), started again in {delay_s:g} s")
        return await self._passes(delay_s)

    async def _launch(self) -> asyncio.subprocess.Process:
        program = self.program
        if program.log_file.exists() and program.log_file.stat().st_size > LOG_BYTES_MAX:
            program.log_file.replace(program.log_file.with_suffix(".log.1"))
        with program.log_file.open("ab") as log:
            self._running = await asyncio.create_subprocess_exec(
                *launcher.command(program.argv, user=program.run_as),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **program.env},
                # A group and session of its own: Ctrl-C in the terminal reaches the supervisor
                # alone, which then stops its programs in order.
                start_new_session=True,
            )
        return self._running

    async def _is_ready_before_its_end(self, running: asyncio.subprocess.Process) -> bool:
        while running.returncode is None:
            if await self.program.is_ready() and running.returncode is None:
                return True
            await asyncio.sleep(READY_POLL_S)
        return False

    async def _keep_running(self, running: asyncio.subprocess.Process) -> None:
        while await self._died(running):
            delay_s = self._delay_s()
            death = f"{self.program.name} died ({_death(running.returncode)})"
            if delay_s is None:
                self._give_up(death)
                return
            self._say(f"{death}, started again in {delay_s:g} s")
            if not await self._passes(delay_s):
                return
            running = await self._launch()

    async def _died(self, running: asyncio.subprocess.Process) -> bool:
        """Wait for its end; False when it was stopped on purpose."""
        end = asyncio.create_task(running.wait())
        stop = asyncio.create_task(self._stopping.wait())
        return_ = asyncio.create_task(self._announce_return(running))
        await asyncio.wait({end, stop}, return_when=asyncio.FIRST_COMPLETED)
        for task in (stop, return_):
            task.cancel()
        await asyncio.gather(stop, return_, return_exceptions=True)
        if self._stopping.is_set():
            await self._terminate(running)
        await end
        return not self._stopping.is_set()

    async def _announce_return(self, running: asyncio.subprocess.Process) -> None:
        if not self._deaths:
            return
        if await self._is_ready_before_its_end(running):
            away_s = time.monotonic() - self._deaths[-1]
            self._say(f"{self.program.name} is back after {away_s:.1f} s")

    async def _passes(self, delay_s: float) -> bool:
        """Wait; False when it shall stop meanwhile."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), delay_s)
        return not self._stopping.is_set()

    def _delay_s(self) -> float | None:
        """How long to wait before the next start; None: it died too often."""
        limits, now_s = self._restarts, time.monotonic()
        earlier = sum(now_s - death_s < limits.window_s for death_s in self._deaths)
        if earlier == limits.per_window_max:
            return None
        self._deaths.append(now_s)
        return float(min(limits.delay_first_s * 2**earlier, limits.delay_max_s))

    def _give_up(self, death: str) -> None:
        limits = self._restarts
        line = (
            f"{death} and is given up after {limits.per_window_max} restarts "
            f"in {limits.window_s:g} s: see {self.program.log_file}"
        )
        self._say(line)
        self._given_up.put_nowait(line)

    async def _terminate(self, running: asyncio.subprocess.Process) -> None:
        with suppress(ProcessLookupError):
            running.send_signal(self.program.stop_signal)
        try:
            await asyncio.wait_for(running.wait(), self.program.stop_timeout_s)
        except TimeoutError:
            self._say(f"{self.program.name} does not stop: killed")
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            await running.wait()


def _death(code: int | None) -> str:
    """How a process ended, in words."""
    if code is not None and code < 0:
        return f"signal {-code}"
    return f"exit code {code}"
