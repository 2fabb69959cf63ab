"""Replay and verify: run each service's own command beside the running one and read its answer."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import services
from tameng.machine import Described, service_command
from tameng.problems import Problem

_STANDALONE = Path(services.__file__ or "").parent / "audit" / "standalone" / "verify_archive.py"


ANSWER_BYTES_MAX = 64 * 1024 * 1024
Told = Callable[[int, int], None]
"""Told how much is done, and of how much."""


@dataclass(frozen=True)
class Checked:
    """What a service's own command answered."""

    passed: bool
    answer: Mapping[str, Any]


async def replayed(
    machine: Described, service: str, *options: str, told: Told = lambda _done, _of: None
) -> Checked:
    """Rebuild a service's tables from its events beside the live ones, each row of its log laid
    beside the archive's; `told` how far it is. Raises: Problem.
    """
    words = ("replay", "--progress", *_archive(machine), *options)
    return await answered(machine, service, *words, told=told)


def _archive(machine: Described) -> tuple[str, ...]:
    folder = machine.environments["audit"]["AUDIT_ARCHIVE_FOLDER"]
    return ("--archive", folder) if Path(folder).is_dir() else ()


async def verified(machine: Described) -> Checked:
    """Verify the archive's hash chain. Raises: Problem."""
    return await answered(machine, "audit", "verify")


async def log_compared(machine: Described, service: str) -> Checked:
    """Lay a service's log beside the archive, byte by byte. Raises: Problem."""
    folder = machine.environments["audit"]["AUDIT_ARCHIVE_FOLDER"]
    return await answered(machine, service, "compare-log", "--archive", folder)


async def verified_apart(machine: Described, key: str) -> Checked:
    """Verify the archive as whoever has a copy of it does, with the one file that needs nothing of
    ours and the public key. Raises: Problem."""
    audit = machine.environments["audit"]
    return await _answer(
        (
            *(sys.executable, str(_STANDALONE), audit["AUDIT_ARCHIVE_FOLDER"]),
            *("--checkpoints", audit["AUDIT_CHECKPOINTS_FILE"], "--key", key, "--json"),
        ),
        {},
        what="the standalone verifier",
    )


async def answered(
    machine: Described, service: str, *command: str, told: Told = lambda _done, _of: None
) -> Checked:
    """What a service's own command answers. Raises: Problem, when it does not."""
    words = service_command(service, *command)
    environment = machine.environments[service]
    return await _answer(words, environment, what=f"{command[0]} of {service}", told=told)


async def _answer(
    words: tuple[str, ...],
    environment: Mapping[str, str],
    *,
    what: str,
    told: Told = lambda _done, _of: None,
) -> Checked:
    """0: passed; 1 with an answer: something differs; anything else is a failure to run."""
    process = await asyncio.create_subprocess_exec(
        *words,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=ANSWER_BYTES_MAX,
    )
    assert process.stderr is not None  # noqa: S101
    reading = asyncio.create_task(process.stderr.read())
    try:
        answer = await _last_line(process, told)
        errors = await reading
        status = await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
    try:
        return Checked(status == 0, json.loads(answer))
    except ValueError:
        last = errors.decode(errors="replace").strip().splitlines()[-1:]
        raise Problem(f"{what} could not run: {' '.join(last)}") from None


async def _last_line(process: asyncio.subprocess.Process, told: Told) -> bytes:
    """The answer; the lines before it say how far it is."""
    assert process.stdout is not None  # noqa: S101
    last = b""
    async for line in process.stdout:
        if line.startswith(b'{"done"'):
            step = json.loads(line)
            told(step["done"], step["of"])
        else:
            last = line
    return last


def differences(checked: Checked) -> list[str]:
    """The rows that a replay found to differ, a line each."""
    return [
        f"{each['table']}, {each['key']}: {_kind(each)}" for each in checked.answer["differences"]
    ]


def _kind(difference: Mapping[str, Any]) -> str:
    """What is the matter with the row, in words."""
    table, other = difference["live"], difference["replayed"]
    in_log = difference["table"] == "event_log"
    if other is None:
        return "stands in the table and follows from no event"
    if table is None:
        there = "is archived" if in_log else "follows from the events"
        return f"{there} and is missing in the {'log' if in_log else 'table'}"
    should = "was archived as" if in_log else "should be"
    names = [*other, *(name for name in table if name not in other)]
    return "; ".join(
        f"{name} is {table.get(name)!r} and {should} {other.get(name)!r}"
        for name in names
        if table.get(name) != other.get(name)
    )


def place(finding: Mapping[str, Any]) -> str:
    """What the auditor found and where, in words."""
    where = (
        f"{finding['topic']}, shard {finding['shard']}, number {finding['seq']}"
        if finding.get("topic") else "the checkpoint"
    )  # fmt: skip
    file = f" ({finding['file']}, byte {finding['byte']:,})" if finding.get("file") else ""
    return f"{where}{file}: {finding['detail']}"


async def passed_on(command: tuple[str, ...], environment: Mapping[str, str]) -> int:
    """Run a service's own command on this terminal; return its exit status."""
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **environment})
    return await process.wait()
