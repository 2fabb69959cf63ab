"""Replay and verify: run each service's own command beside the running one and read its answer."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import services
from tameng.machine import Described, service_command
from tameng.problems import Problem

_STANDALONE = Path(services.__file__ or "").parent / "audit" / "standalone" / "verify_archive.py"


@dataclass(frozen=True)
class Checked:
    """What a service's own command answered."""

    passed: bool
    answer: Mapping[str, Any]


async def replayed(machine: Described, service: str) -> Checked:
    """Rebuild a service's tables from its events beside the live ones. Raises: Problem."""
    return await answered(machine, service, "replay")


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


async def answered(machine: Described, service: str, *command: str) -> Checked:
    """What a service's own command answers. Raises: Problem, when it does not."""
    words = service_command(service, *command)
    environment = machine.environments[service]
    return await _answer(words, environment, what=f"{command[0]} of {service}")


async def _answer(words: tuple[str, ...], environment: Mapping[str, str], *, what: str) -> Checked:
    """0: passed; 1 with an answer: something differs; anything else is a failure to run."""
    process = await asyncio.create_subprocess_exec(
        *words,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    try:
        return Checked(process.returncode == 0, json.loads(output.splitlines()[-1]))
    except (IndexError, ValueError):
        last = errors.decode(errors="replace").strip().splitlines()[-1:]
        raise Problem(f"{what} could not run: {' '.join(last)}") from None


def differences(checked: Checked) -> list[str]:
    """The rows that a replay found to differ, a line each."""
    return [
        f"{each['table']}, {each['key']}: {_kind(each)}" for each in checked.answer["differences"]
    ]


def _kind(difference: Mapping[str, Any]) -> str:
    live, made = difference["live"], difference["replayed"]
    if made is None:
        return "stands in the table and follows from no event"
    if live is None:
        return "follows from the events and is missing in the table"
    changed = [
        f"{name} is {live[name]!r} and should be {value!r}"
        for name, value in made.items()
        if live[name] != value
    ]
    return "; ".join(changed)


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
