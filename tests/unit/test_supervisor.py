"""The supervisor, with small programs."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tameng.problems import Problem
from tameng.supervisor import Program, Restarts, Supervisor

SLEEP = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); ready(); time.sleep(60)"
QUICK = Restarts(per_window_max=3, window_s=60, delay_first_s=0.01, delay_max_s=0.02)


def program(folder: Path, *, name: str = "small", code: str = SLEEP, **settings: float) -> Program:
    """A Python program that is ready once it has called ready(), or at once if it never does."""
    mark = folder / f"{name}.ready"
    preamble = f"import pathlib, sys\ndef ready(): pathlib.Path({str(mark)!r}).touch()\n"

    async def is_ready() -> bool:
        return "ready()" not in code or mark.exists()

    return Program(
        name=name,
        argv=(sys.executable, "-I", "-S", "-c", preamble + code),
        log_file=folder / f"{name}.log",
        is_ready=is_ready,
        **settings,  # type: ignore[arg-type]
    )


async def soon(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_program_that_dies_is_started_again_and_said_so(tmp_path: Path) -> None:
    lines: list[str] = []
    async with Supervisor(say=lines.append, restarts=QUICK) as supervisor:
        await supervisor.start(program(tmp_path, name="banking"))
        first = supervisor.pids["banking"]
        os.kill(first, signal.SIGKILL)
        await soon(lambda: len(lines) == 2)
        assert lines[0] == "banking died (signal 9), started again in 0.01 s"
        assert lines[1].startswith("banking is back after ")
        assert supervisor.pids["banking"] != first
        assert psutil.pid_exists(supervisor.pids["banking"])


async def test_a_program_that_is_killed_while_it_starts_is_started_again(tmp_path: Path) -> None:
    lines: list[str] = []
    tried = str(tmp_path / "tried")
    dies_once = (
        f"import os, signal\nif not os.path.exists({tried!r}):\n"
        f"    open({tried!r}, 'w').close(); os.kill(os.getpid(), signal.SIGKILL)\n"
        "ready()\nimport time; time.sleep(60)"
    )
    async with Supervisor(say=lines.append, restarts=QUICK) as supervisor:
        await supervisor.start(program(tmp_path, name="audit", code=dies_once))
        assert lines[0] == "audit died (signal 9), started again in 0.01 s"
        assert psutil.pid_exists(supervisor.pids["audit"])


async def test_a_program_that_keeps_dying_is_given_up_with_one_line(tmp_path: Path) -> None:
    lines: list[str] = []
    async with Supervisor(say=lines.append, restarts=QUICK) as supervisor:
        await supervisor.start(
            program(tmp_path, code="import time; ready(); time.sleep(0.3); sys.exit(3)")
        )
        async with asyncio.timeout(10):
            last = await supervisor.failure()
        assert last == lines[-1]
        assert "small died (exit code 3) and is given up after 3 restarts in 60 s" in last
        assert sum("started again" in line for line in lines) == QUICK.per_window_max


async def test_the_pause_before_a_restart_grows_up_to_its_limit(tmp_path: Path) -> None:
    lines: list[str] = []
    async with Supervisor(say=lines.append, restarts=QUICK) as supervisor:
        await supervisor.start(
            program(tmp_path, code="import time; ready(); time.sleep(0.3); sys.exit(1)")
        )
        async with asyncio.timeout(10):
            await supervisor.failure()
    pauses = [line.rsplit(" in ", 1)[1] for line in lines if "started again" in line]
    assert pauses == ["0.01 s", "0.02 s", "0.02 s"]


async def test_a_program_that_does_not_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    broken = program(tmp_path, code="never_ready = ready; sys.exit('no such database')")

    async def never() -> bool:
        return False

    async with Supervisor(say=print) as supervisor:
        broken = Program(name="broken", argv=broken.argv, log_file=broken.log_file, is_ready=never)
        with pytest.raises(
            Problem, match=r"(?s)broken did not start \(exit code 1\).*no such data"
        ):
            await supervisor.start(broken)


async def test_a_program_that_is_never_ready_is_not_waited_for_forever(tmp_path: Path) -> None:
    async with Supervisor(say=print) as supervisor:
        waiting = program(tmp_path, code=f"{SLEEP}; ready()", ready_timeout_s=0.2)
        with pytest.raises(Problem, match="small did not start \\(is not ready\\)"):
            await supervisor.start(waiting)
        pid = supervisor.pids["small"]
    assert not psutil.pid_exists(pid)


async def test_what_was_started_last_is_stopped_first(tmp_path: Path) -> None:
    order = tmp_path / "order"
    code = (
        "import signal, time\n"
        f"def end(*_):\n    open({str(order)!r}, 'a').write(NAME); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\nready()\ntime.sleep(60)"
    )
    async with Supervisor(say=print) as supervisor:
        for name in "abc":
            await supervisor.start(program(tmp_path, name=name, code=f"NAME={name!r}\n{code}"))
    assert order.read_text() == "cba"


async def test_a_program_that_ignores_the_request_to_stop_is_killed(tmp_path: Path) -> None:
    lines: list[str] = []
    async with Supervisor(say=lines.append) as supervisor:
        await supervisor.start(program(tmp_path, code=DEAF, stop_timeout_s=0.2))
        pid = supervisor.pids["small"]
    assert lines == ["small does not stop: killed"]
    assert not psutil.pid_exists(pid)


async def test_nothing_is_left_when_the_supervisor_itself_is_killed(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    code = f"""
import asyncio, pathlib, sys
from tameng.supervisor import Program, Supervisor
async def ready(): return True
async def main():
    async with Supervisor(say=print) as supervisor:
        await supervisor.start(Program(name="small", argv=({sys.executable!r}, "-c", {SLEEP!r}),
            log_file=pathlib.Path({str(tmp_path / "log")!r}), is_ready=ready))
        pathlib.Path({str(pid_file)!r}).write_text(str(supervisor.pids["small"]))
        await asyncio.sleep(60)
asyncio.run(main())
"""
    running = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    await soon(lambda: pid_file.exists() and bool(pid_file.read_text()))
    small = psutil.Process(int(pid_file.read_text()))
    assert small.is_running()
    running.kill()
    await running.wait()
    await soon(lambda: not small.is_running() or small.status() == psutil.STATUS_ZOMBIE)
