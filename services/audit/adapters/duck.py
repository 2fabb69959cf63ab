"""DuckDB over the Parquet files: the catalogue, ready views, and what locks a connection.

A connection lives for one question. Its views are made, then it is locked: nothing but the Parquet
files can be opened, no extension loaded, no setting changed back. A question of the catalogue runs
here, in a thread; what people write themselves runs in a process of its own.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import duckdb

from chassis import working_days
from contracts.refusal import Refused
from services.audit.adapters import answering, apart, parquet
from services.audit.adapters.answering import Cell, ColumnKind, Limits, Stopped, Table
from services.audit.rules import record
from services.audit.rules.questions import Question, Value, question

QUESTIONS = Path(__file__).parent.parent / "questions"
WORKING_DAYS = "working_days"
"""A table with a row for each day on which offices are open, numbered."""
DAYS_FROM, DAYS_TO = date(2024, 1, 1), date(2036, 1, 1)
_VIEW = re.compile(r"^CREATE VIEW ([a-z_]+) AS\n(.+?);$", re.MULTILINE | re.DOTALL)
_READ = re.compile(r"(?:FROM|JOIN) ([a-z_]+)")
_WORD = re.compile(r"[a-z_]+")
_STORED: Mapping[ColumnKind, str] = {
    "text": "VARCHAR",
    "number": "HUGEINT",
    "day": "DATE",
    "instant": "TIMESTAMPTZ",
    "id": "UUID",
    "truth": "BOOLEAN",
}


class NotOneSelect(Refused):
    """Only a single SELECT is run."""

    slug, status, retryable = "not-one-select", 422, False


class QuestionFailed(Refused):
    """The database cannot answer it as it stands."""

    slug, status, retryable = "question-failed", 422, False


class QuestionTooLarge(Refused):
    """It took more time or memory than one question may."""

    slug, status, retryable = "question-too-large", 422, False


class RecordMoved(Refused):
    """The files were put together meanwhile."""

    slug, status, retryable = "record-moved", 503, True


_REFUSALS: dict[str, type[Refused]] = {
    each.slug: each for each in (NotOneSelect, QuestionFailed, QuestionTooLarge, RecordMoved)
}


@cache
def catalogue() -> dict[str, Question]:
    """Every question, by its name. Raises: CatalogueBroken."""
    files = sorted(path for path in QUESTIONS.glob("*.sql") if path.stem != "views")
    found = [question(path.read_text()) for path in files]
    return {each.name: each for each in found}


@cache
def views() -> dict[str, str]:
    """Every view over `events`, by its name."""
    ready = _VIEW.findall((QUESTIONS / "views.sql").read_text())
    return record.event_views() | dict(ready)


def ask(folder: Path, sql: str, given: Mapping[str, Value], *, limits: Limits) -> Table:
    """Answer a question of the catalogue from the Parquet files in a folder. Blocks.

    Raises: QuestionFailed, QuestionTooLarge, RecordMoved.
    """
    with _refusing():
        setup = setup_for(folder, sql, limits=limits)
        return answering.answer(setup, sql, given, limits=limits, is_free=False)


def ask_freely(folder: Path, sql: str, *, limits: Limits) -> Table:
    """Answer what somebody wrote. Raises: NotOneSelect and what `ask` does."""
    with _refusing():
        return apart.answer_apart(setup_for(folder, sql, limits=limits), sql, limits=limits)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except Stopped as stopped:
        raise _REFUSALS.get(stopped.slug, QuestionFailed)(str(stopped)) from None


def setup_for(folder: Path, sql: str, *, limits: Limits) -> list[str]:
    """What makes a connection ready for this SQL: limits, the views that it names, the lock."""
    paths = [str(path) for path in parquet.files(folder)]
    return [
        "SET TimeZone = 'UTC'",
        f"SET memory_limit = '{limits.memory_bytes // answering.MIB}MiB'",
        "SET temp_directory = ''",
        "SET parquet_metadata_cache = true",
        *_views(sql, paths),
        f"SET allowed_paths = {_texts(paths)}",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ]


def _views(sql: str, paths: Sequence[str]) -> Iterator[str]:
    yield f"CREATE VIEW events AS {_source(paths)}"
    if WORKING_DAYS in sql:
        days = f"SELECT unnest({_open_days()}::DATE[]) AS day"
        numbered = f"SELECT day, row_number() OVER (ORDER BY day) AS number FROM ({days})"  # noqa: S608
        yield f"CREATE TABLE {WORKING_DAYS} AS {numbered}"
    for name in _needed(sql):
        yield f"CREATE VIEW {name} AS {views()[name]}"


def _open_days() -> str:
    days = (DAYS_FROM + timedelta(days=each) for each in range((DAYS_TO - DAYS_FROM).days))
    return _texts(day.isoformat() for day in days if working_days.is_working_day(day))


def _source(paths: Sequence[str]) -> str:
    if paths:
        return f"FROM read_parquet({_texts(paths)})"
    nothing = ", ".join("NULL::{1} AS {0}".format(*each.split()) for each in record.columns())
    return f"SELECT {nothing} WHERE false"


def _needed(sql: str) -> list[str]:
    """The views that the SQL names, and before each those that it reads: making all of them takes
    longer than most answers."""
    made: dict[str, None] = {}

    def want(names: Iterable[str], reading: frozenset[str]) -> None:
        for name in names:
            if name in views() and name not in made and name not in reading:
                want(_READ.findall(views()[name]), reading | {name})
                made[name] = None

    want(_WORD.findall(sql.lower()), frozenset())
    return list(made)


def _texts(texts: Iterable[str]) -> str:
    quoted = (each.replace("'", "''") for each in texts)
    return "[" + ", ".join(f"'{each}'" for each in quoted) + "]"


def write_parquet(table: Table, path: Path) -> None:
    """An answer as a Parquet file."""
    kinds = [_STORED[each.kind] for each in table.columns]
    names = [each.name.replace('"', '""') for each in table.columns]
    columns = list(zip(*table.rows, strict=True)) or [() for _ in names]
    chosen = ", ".join(
        f'unnest($c{place}::{kind}[]) AS "{name}"'
        for place, (name, kind) in enumerate(zip(names, kinds, strict=True))
    )
    given = {
        f"c{place}": [_stored(kind, cell) for cell in column]
        for place, (kind, column) in enumerate(zip(kinds, columns, strict=True))
    }
    target = str(path).replace("'", "''")
    with duckdb.connect(config=answering.CONFIG) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE TABLE answer AS SELECT {chosen}", given)
        connection.execute(f"COPY answer TO '{target}' (FORMAT parquet, COMPRESSION zstd)")


def _stored(kind: str, cell: Cell) -> Cell:
    return str(cell) if kind == "VARCHAR" and cell is not None else cell
