"""Logs: a JSON object a line, without personal data."""

import asyncio
import gc
import io
import json
import logging
from collections.abc import Iterator
from uuid import UUID

import pytest
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError

from chassis import logs
from chassis.correlation import correlated
from chassis.traces import described, traced

NIK = "5371010101900001"
NAME = "Anna Contoh"
COMMAND = UUID("0a7b1c2d-0000-4000-8000-000000000007")


class Person(BaseModel):
    age: int


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a configured process prints. Puts pytest's own handlers back afterwards."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stdout", stream)
    handlers, level = logging.root.handlers[:], logging.root.level
    filters = logging.getLogger("asyncio").filters[:]
    logs.configure("thing")
    yield stream
    logging.captureWarnings(capture=False)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    logging.getLogger("asyncio").filters[:] = filters


def test_a_line_has_the_common_fields_and_what_was_given(lines: io.StringIO) -> None:
    with correlated(COMMAND):
        logging.getLogger("x.y").warning("applied %d events", 3, extra={"topic": "t"})
    line = json.loads(lines.getvalue())
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "warning",
        "logger": "x.y",
        "service": "thing",
        "correlation_id": str(COMMAND),
        "trace_id": COMMAND.hex,
        "message": "applied 3 events",
        "topic": "t",
    }


def test_a_line_break_in_a_message_makes_no_second_line(lines: io.StringIO) -> None:
    logging.getLogger("x").info('a\n{"level": "forged"}')
    assert len(lines.getvalue().splitlines()) == 1


def test_an_error_is_told_by_type_and_place_without_its_text(lines: io.StringIO) -> None:
    try:
        try:
            Person.model_validate({"age": NAME})
        except ValidationError as cause:
            raise RuntimeError(f"{NAME} broke it") from cause
    except RuntimeError:
        logging.getLogger("x").exception("a run failed")
    line = json.loads(lines.getvalue())
    assert NAME not in lines.getvalue()
    assert "ValidationError\nled to\n" in line["exc_info"]
    assert line["exc_info"].endswith("RuntimeError")
    assert "test_logs.py" in line["exc_info"]


def test_a_number_as_long_as_an_identity_is_masked_wherever_it_stands(lines: io.StringIO) -> None:
    logging.getLogger("x").info("row %s", NIK, extra={"field": NIK, "command": str(COMMAND)})
    assert NIK not in lines.getvalue()
    assert lines.getvalue().count("5371********0001") == 2
    assert str(COMMAND) in lines.getvalue()


async def test_a_task_that_dies_unseen_does_not_print_its_error(lines: io.StringIO) -> None:
    async def dies() -> None:
        raise RuntimeError(NAME)

    task = asyncio.create_task(dies())
    await asyncio.wait([task])
    del task
    gc.collect()
    assert "Task exception was never retrieved" in lines.getvalue()
    assert NAME not in lines.getvalue()


@pytest.mark.parametrize("name", ["aiokafka.conn", "uvicorn.error", "faststream"])
def test_talkative_libraries_are_heard_from_warning_on(lines: io.StringIO, name: str) -> None:
    logging.getLogger(name).info("chatter")
    logging.getLogger(name).warning("trouble")
    assert [json.loads(line)["message"] for line in lines.getvalue().splitlines()] == ["trouble"]


def test_uvicorns_access_log_is_silent_because_it_prints_paths(lines: io.StringIO) -> None:
    logging.getLogger("uvicorn.access").warning("GET /workers/%s", NIK)
    assert lines.getvalue() == ""


def test_an_error_of_the_database_keeps_its_code_and_one_of_the_network_its_text() -> None:
    class Driver(Exception):
        sqlstate = "23505"

    assert described(IntegrityError("x", {"nik": NIK}, Driver(NIK))) == "IntegrityError 23505"
    assert described(ConnectionRefusedError(111, "refused")).endswith("refused")
    assert described(ExceptionGroup(NIK, [ValueError(NIK)])) == "ExceptionGroup(ValueError)"
    assert NIK not in traced(ValueError(NIK))
