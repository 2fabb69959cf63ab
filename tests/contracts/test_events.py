"""Every event: its examples, its way over the wire and back, its schema."""

import json
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import ValidationError

import services
from chassis.service import Service
from contracts.catalogue import EVENTS, OWNERS
from contracts.event import Event
from contracts.schema import owner_of, schema_of
from tameng.contracts import EXAMPLES, ROOT
from tests.contracts.strategies import events

EVENT_CLASSES = [pytest.param(event, id=name) for name, event in EVENTS.items()]
EXAMPLE_FILES = sorted((ROOT / EXAMPLES).glob("*/*.json"))
SERVICES = sorted(file.parent.name for file in Path(services.__path__[0]).glob("*/app.py"))


@cache
def validator(event: type[Event]) -> Draft202012Validator:
    return Draft202012Validator(schema_of(event), format_checker=FormatChecker())


@pytest.mark.parametrize("file", EXAMPLE_FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_an_example_reads_as_its_event_and_fits_its_schema(file: Path) -> None:
    event = EVENTS[file.parent.name]
    body = file.read_bytes()
    validator(event).validate(json.loads(body))
    assert_told(json.loads(event.read(body).model_dump_json()), json.loads(body))


def assert_told(read: Any, body: Any) -> None:
    """All that stands in a body was read; fields of a later version have their defaults."""
    if isinstance(body, dict):
        assert body.keys() <= read.keys()
        for name, value in body.items():
            assert_told(read[name], value)
    elif isinstance(body, list):
        assert len(read) == len(body)
        for one, other in zip(read, body, strict=True):
            assert_told(one, other)
    else:
        assert read == body


@pytest.mark.parametrize("event", EVENT_CLASSES)
def test_every_event_has_an_example_with_every_field(event: type[Event]) -> None:
    bodies = [file.read_bytes() for file in EXAMPLE_FILES if file.parent.name == event.type]
    assert any(
        json.loads(event.read(body).model_dump_json()) == json.loads(body) for body in bodies
    )


@pytest.mark.parametrize("part", ["value", "list", "field"])
def test_an_example_that_is_not_read_as_it_stands_is_found(part: str) -> None:
    body: dict[str, Any] = {"value": 1, "list": [1], "field": {"inner": None}}
    wrong: dict[str, Any] = {"value": 2, "list": [], "field": {}}
    read = body | {part: wrong[part]}
    assert_told(body | {"of_a_later_version": 1}, body)
    with pytest.raises(AssertionError):
        assert_told(read, body)


@pytest.mark.parametrize("event", EVENT_CLASSES)
@settings(
    max_examples=8, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
@given(data=st.data())
def test_an_event_is_the_same_after_the_wire(event: type[Event], data: st.DataObject) -> None:
    written = data.draw(events(event))
    body = written.model_dump_json().encode()
    assert event.read(body) == written
    assert event.read(body).key == written.key
    validator(event).validate(json.loads(body))


@pytest.mark.parametrize("event", EVENT_CLASSES)
def test_a_reader_passes_over_new_fields_and_a_writer_may_not_add_any(event: type[Event]) -> None:
    example = next(file for file in EXAMPLE_FILES if file.parent.name == event.type).read_bytes()
    longer = json.dumps({**json.loads(example), "of_a_later_version": 1}).encode()
    assert event.read(longer) == event.read(example)
    with pytest.raises(ValidationError):
        event.model_validate_json(longer)


@pytest.mark.parametrize("event", EVENT_CLASSES)
def test_a_schema_rejects_an_event_that_lacks_a_field(event: type[Event]) -> None:
    example = next(file for file in EXAMPLE_FILES if file.parent.name == event.type).read_bytes()
    for field, described in event.model_fields.items():
        shorter = {name: v for name, v in json.loads(example).items() if name != field}
        assert validator(event).is_valid(shorter) is (not described.is_required())


@pytest.mark.parametrize("event", EVENT_CLASSES)
def test_names_and_keys_are_as_the_rules_say(event: type[Event]) -> None:
    owner, fact, major = event.type.split(".")
    words = "".join(word.capitalize() for word in fact.split("-"))
    assert (owner in OWNERS, event.__name__, major[0]) == (True, words, "v")
    assert f"{event.__module__}.".startswith(f"contracts.{owner}.")
    assert event.key_field in event.model_fields
    assert set(event.readers) <= set(OWNERS) - {owner, "audit"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_handles_the_events_that_name_it_as_reader(name: str) -> None:
    service: Service[Any] = import_module(f"services.{name}.app").service
    named = {each.type for each in EVENTS.values() if name in each.readers}
    assert set(service.handlers.event_types) == named
    if name == "audit":
        assert set(service.listens_to) == set(OWNERS)
    else:
        assert set(service.listens_to) == {owner_of(EVENTS[each]) for each in named}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_applies_every_event_of_its_own(name: str) -> None:
    service: Service[Any] = import_module(f"services.{name}.app").service
    own = {each for each, event in EVENTS.items() if owner_of(event) == name}
    assert set(service.projections.event_types) == own


def personal_words(schema: Any) -> Iterator[str]:
    """The names of fields anywhere in a schema; the name of a fact is nobody's."""
    if isinstance(schema, dict):
        if schema.get("title") != "ExplainedFact":
            yield from schema.get("properties", {})
        for each in schema.values():
            yield from personal_words(each)


@pytest.mark.parametrize("event", EVENT_CLASSES)
def test_no_field_holds_a_person_in_the_clear(event: type[Event]) -> None:
    forbidden = {
        "nik",
        "kk",
        "born_on",
        "birth_date",
        "mother",
        "address",
        "phone",
        "account_number",
    }
    names = set(personal_words(schema_of(event)))
    assert not names & forbidden
    assert "name" not in names or event.type == "enrollment.programme-opened.v1"
