"""`tameng logs`: the lines of all services that belong to one command, in the order of time."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from tameng.environment import SERVICES
from tameng.problems import Problem
from tameng.where import STATE, State

_FIRST = ("time", "service", "level", "message")
_LEFT_OUT = frozenset({*_FIRST, "correlation_id", "trace_id", "taskName"})


def logs(
    correlation: Annotated[
        UUID, typer.Option(help="The X-Correlation-Id of an answer, or an event's correlation_id.")
    ],
    state: State = STATE,
) -> None:
    """Print what every service logged about one command, in the order of time."""
    folder = state / "logs"
    if not folder.is_dir():
        raise Problem(f"{state} has no logs: start with `tameng up --state {state}`")
    found = joined(folder, correlation)
    if not found:
        raise Problem(f"no service has logged anything about {correlation}: check the id")
    for line in found:
        typer.echo(line)


def joined(folder: Path, correlation: UUID) -> list[str]:
    """The lines, each with its time, service, level and message first."""
    found = [line for name in SERVICES for line in _lines(folder / f"{name}.log", correlation)]
    return [" ".join([*(str(line.get(n, "")) for n in _FIRST), *_rest(line)])
            for line in sorted(found, key=lambda line: str(line.get("time")))]  # fmt: skip


def _lines(file: Path, correlation: UUID) -> Iterator[dict[str, object]]:
    if not file.exists():
        return
    wanted = str(correlation)
    with file.open(encoding="utf-8", errors="replace") as log:
        for line in log:
            if wanted in line and line.startswith("{"):
                yield json.loads(line)


def _rest(line: dict[str, object]) -> Iterator[str]:
    return (f"{name}={value}" for name, value in line.items() if name not in _LEFT_OUT)
