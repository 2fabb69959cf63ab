"""Answer one question with DuckDB within limits; also as a process of its own.

Imports nothing of ours, so that the process begins at once and has nothing to give away: it is this
file alone, without environment, connections or keys. It may write to no file, has a limit of memory
that the system counts, and is killed when it takes too long: some functions of DuckDB neither heed
an interruption nor count what they allocate.
"""

import json
import resource
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from threading import Timer
from typing import Any, Literal, NamedTuple
from uuid import UUID

import duckdb

MIB = 1024 * 1024
OWN_BYTES = 2048 * MIB
"""What Python, DuckDB and its threads reserve, beside what the question may take."""
WORDS_MAX = 300
"""Characters of an error of DuckDB that are told."""
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
ColumnKind = Literal["text", "number", "day", "instant", "id", "truth"]
Cell = str | int | float | bool | date | datetime | UUID | None
_KINDS: dict[str, ColumnKind] = {"UUID": "id", "DATE": "day", "BOOLEAN": "truth"}


class Stopped(Exception):
    """There is no answer: the slug of the reason, and words."""

    def __init__(self, slug: str, words: str) -> None:
        super().__init__(words)
        self.slug = slug


class Limits(NamedTuple):
    """What one question may take."""

    seconds: float = 30
    memory_bytes: int = 1024 * MIB
    rows: int = 10_000
    threads: int = 2


class Column(NamedTuple):
    """A column of an answer."""

    name: str
    kind: ColumnKind


class Table(NamedTuple):
    """An answer."""

    columns: tuple[Column, ...]
    rows: list[tuple[Cell, ...]]
    is_cut: bool
    """There are more rows than may be told."""


def answer(
    setup: Sequence[str], sql: str, given: Mapping[str, Any], *, limits: Limits, is_free: bool
) -> Table:
    """Run `setup`, which locks the connection in the end, then the question. `is_free`: somebody
    wrote it, so that it has to be a single SELECT. Raises: Stopped.
    """
    late = None
    try:
        with duckdb.connect(config={**CONFIG, "threads": limits.threads}) as connection:
            for statement in setup:
                connection.execute(statement)
            if is_free:
                _check_select(connection, sql)
            late = Timer(limits.seconds, connection.interrupt)
            late.start()
            return _fetched(connection.execute(sql, dict(given) or None), rows_max=limits.rows)
    except duckdb.InterruptException:
        words = f"It took more than {limits.seconds:g} s: ask for less."
        raise Stopped("question-too-large", words) from None
    except (duckdb.OutOfMemoryException, MemoryError):
        words = "It needs more memory than it may have: ask for less."
        raise Stopped("question-too-large", words) from None
    except duckdb.IOException:
        words = "Files of the record were put together meanwhile: ask again."
        raise Stopped("record-moved", words) from None
    except duckdb.Error as error:
        words = str(error).split("\n\n", maxsplit=1)[0][:WORDS_MAX]
        raise Stopped("question-failed", words) from None
    finally:
        if late is not None:
            late.cancel()


def _check_select(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """COPY and ATTACH may write even where files are locked away: nothing but SELECT is run."""
    types = [each.type for each in connection.extract_statements(sql)]
    if types != [duckdb.StatementType.SELECT]:
        words = "Ask one question: a single SELECT, and nothing else."
        raise Stopped("not-one-select", words)


def _fetched(ran: duckdb.DuckDBPyConnection, *, rows_max: int) -> Table:
    columns = tuple(Column(name, _kind(str(kind))) for name, kind, *_ in ran.description or ())
    rows = ran.fetchmany(rows_max + 1)
    told = [tuple(map(_cell, row)) for row in rows[:rows_max]]
    return Table(columns, told, len(rows) > rows_max)


def _kind(told: str) -> ColumnKind:
    if told.startswith("TIMESTAMP"):
        return "instant"
    return "number" if told.endswith(("INT", "INTEGER")) else _KINDS.get(told, "text")


def _cell(value: Any) -> Cell:  # noqa: ANN401  (whatever DuckDB gives)
    """A value that every format can write; instants are aware."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if value is None or isinstance(value, str | int | float | date | UUID):
        return value
    return json.dumps(value, default=str) if isinstance(value, list | dict) else str(value)


def _confine(limits: Limits) -> None:
    """From here on nothing is written to a file, and memory is counted by the system."""
    most = limits.memory_bytes + OWN_BYTES
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _main() -> None:
    asked = json.load(sys.stdin)
    limits = Limits(*asked["limits"])
    _confine(limits)
    try:
        told = answer(asked["setup"], asked["sql"], {}, limits=limits, is_free=True)._asdict()
    except Stopped as stopped:
        told = {"stopped": stopped.slug, "words": str(stopped)}
    json.dump(told, sys.stdout, default=str)


if __name__ == "__main__":
    _main()
