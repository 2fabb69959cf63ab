"""What breaks a reader, and who must deploy first: every kind of change, planted."""

from copy import deepcopy
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from contracts.compatibility import Change, Verdict, changes
from contracts.enrollment import WorkerEnrolled
from contracts.schema import schema_of
from contracts.types import Heads, Line, Rupiah

NAME = "enrollment.thing-happened.v1"
FIRST, ANY, NEW = Verdict.READERS_FIRST, Verdict.ANY_ORDER, Verdict.NEW_MAJOR


class Part(BaseModel):
    """Something inside."""

    model_config = ConfigDict(extra="forbid")

    amount: Rupiah
    kind: Literal["a", "b"]


class Before(BaseModel):
    """An event as readers know it."""

    model_config = ConfigDict(extra="forbid")

    heads: Heads
    share: int = Field(ge=0, le=100)
    note: Line
    kind: Literal["one", "two"]
    only: Literal["death"]
    parts: tuple[Part, ...] = Field(min_length=1)
    refused: dict[str, Heads]
    maybe: int | None
    late: str = "unknown"


def schema(**changed: Any) -> dict[str, Any]:
    """The schema of `Before`; `changed` replaces what stands beside its fields."""
    found = Before.model_json_schema(mode="serialization")
    return found | {"x-key": "worker_id", "x-readers": ["banking", "claims"]} | changed


def compared(new: dict[str, Any], old: dict[str, Any] | None = None) -> list[Change]:
    return changes({NAME: old or schema()}, {NAME: new})


def planted(place: str, **words: Any) -> dict[str, Any]:
    """The schema with other words at a place, dots and `$defs` as they stand; None takes away."""
    new = deepcopy(schema())
    at = new
    for step in place.split("."):
        at = at[step]
    at |= words
    for word in [word for word, said in words.items() if said is None]:
        del at[word]
    return new


def test_the_same_schema_is_no_change() -> None:
    assert compared(schema()) == []


def test_other_words_for_the_same_are_no_change() -> None:
    assert compared(schema(description="said better", title="Better")) == []


CHANGES = [
    ("heads", "properties.heads", {"type": "string"}, NEW),
    ("heads", "properties.heads", {"exclusiveMinimum": 1}, NEW),
    ("heads", "properties.heads", {"exclusiveMinimum": -1}, FIRST),
    ("heads", "properties.heads", {"type": "number"}, FIRST),
    ("heads", "properties.heads", {"multipleOf": 2}, NEW),
    ("heads", "properties.heads", {"$ref": "#/$defs/Part"}, NEW),
    ("share", "properties.share", {"maximum": 50}, NEW),
    ("share", "properties.share", {"maximum": 200}, FIRST),
    ("share", "properties.share", {"maximum": None}, FIRST),
    ("note", "properties.note", {"maxLength": 100}, NEW),
    ("note", "properties.note", {"maxLength": 300}, FIRST),
    ("note", "properties.note", {"pattern": "^x$"}, NEW),
    ("note", "properties.note", {"pattern": None}, FIRST),
    ("note", "properties.note", {"format": "date"}, NEW),
    ("kind", "properties.kind", {"enum": ["one"]}, NEW),
    ("kind", "properties.kind", {"enum": ["one", "two", "three"]}, FIRST),
    ("kind", "properties.kind", {"enum": ["one", "three"]}, NEW),
    ("only", "properties.only", {"const": "moved"}, NEW),
    ("only", "properties.only", {"const": None, "enum": ["death", "moved"]}, FIRST),
    ("parts", "properties.parts", {"minItems": 2}, NEW),
    ("parts", "properties.parts", {"minItems": None}, FIRST),
    ("parts[]", "properties.parts", {"items": {"type": "string"}}, NEW),
    ("parts[].amount", "$defs.Part.properties.amount", {"exclusiveMinimum": 10}, NEW),
    ("parts[].kind", "$defs.Part.properties.kind", {"enum": ["a", "b", "c"]}, FIRST),
    ("refused.*", "properties.refused.additionalProperties", {"exclusiveMinimum": 5}, NEW),
    ("refused", "properties.refused", {"additionalProperties": False}, NEW),
    ("maybe", "properties.maybe", {"anyOf": [{"type": "integer"}]}, NEW),
    ("late", "properties.late", {"default": "never"}, NEW),
]  # fmt: skip


@pytest.mark.parametrize(("place", "at", "words", "verdict"), CHANGES)
def test_a_change_of_a_field_is_found_and_judged(
    place: str, at: str, words: dict[str, Any], verdict: Verdict
) -> None:
    (found,) = compared(planted(at, **words))
    assert (found.event, found.place, found.verdict) == (NAME, place, verdict)
    assert found.readers == ("banking", "claims")


def test_another_alternative_reaches_readers_first() -> None:
    wider = planted("properties.maybe", anyOf=[{"type": t} for t in ("integer", "null", "string")])
    (found,) = compared(wider)
    assert (found.place, found.verdict) == ("maybe", FIRST)


def without(name: str) -> dict[str, Any]:
    new = deepcopy(schema())
    del new["properties"][name]
    new["required"] = [each for each in new["required"] if each != name]
    return new


def test_a_required_field_that_is_gone_breaks_readers() -> None:
    (found,) = compared(without("note"))
    assert (found.place, found.verdict) == ("note", NEW)


def test_a_field_with_a_default_may_go_once_nobody_reads_it() -> None:
    (found,) = compared(without("late"))
    assert (found.place, found.verdict) == ("late", FIRST)


def test_a_new_field_without_default_breaks_the_reading_of_old_events() -> None:
    (found,) = compared(schema(), old=without("note"))
    assert (found.place, found.verdict) == ("note", NEW)


def test_a_new_field_with_a_default_is_fine_and_readers_come_first() -> None:
    (found,) = compared(schema(), old=without("late"))
    assert (found.place, found.verdict) == ("late", FIRST)


def test_a_default_cannot_be_taken_back() -> None:
    required = schema()
    required["required"] = [*required["required"], "late"]
    (found,) = compared(required)
    assert (found.place, found.verdict) == ("late", NEW)
    (found,) = compared(schema(), old=required)
    assert found.verdict is ANY


def test_another_key_breaks_the_order() -> None:
    (found,) = compared(schema(**{"x-key": "claim_id"}))
    assert (found.place, found.verdict) == ("", NEW)


def test_another_name_is_an_event_gone_and_an_event_come() -> None:
    found = changes({NAME: schema()}, {"enrollment.thing-happened.v2": schema()})
    assert [(each.event[-2:], each.verdict) for each in found] == [("v1", NEW), ("v2", FIRST)]


def test_a_new_type_is_said_to_be_passed_over_and_a_new_version_to_be_parked() -> None:
    """Readers that know no version of it go on without; those that know one do not lose facts."""
    (new,) = changes({}, {NAME: schema()})
    assert (new.verdict, "old readers pass over it, for ever" in new.what) == (FIRST, True)
    second = "enrollment.thing-happened.v2"
    (alone,) = changes({NAME: schema()}, {NAME: schema(), second: schema()})
    assert (alone.event, alone.verdict) == (second, FIRST)
    assert alone.what == f"is new: who reads {NAME} parks it; name that one in its field `beside`"
    named = schema()
    named["properties"]["beside"] = {"anyOf": [{"const": NAME}, {"type": "null"}], "default": NAME}
    (beside,) = changes({NAME: schema()}, {NAME: schema(), second: named})
    assert beside.what == f"is new, beside {NAME}: who reads that one goes on with it"


def test_readers_come_and_go_in_any_order() -> None:
    found = compared(schema(**{"x-readers": ["claims", "enrollment"]}))
    assert [(each.verdict, each.what) for each in found] == [
        (ANY, "enrollment reads it now"),
        (ANY, "banking reads it no longer"),
    ]


def test_an_event_that_nobody_reads_waits_for_nobody() -> None:
    alone: dict[str, Any] = {"x-readers": []}
    wider = planted("properties.kind", enum=["one", "two", "three"]) | alone
    (found,) = compared(wider, old=schema(**alone))
    assert found.verdict is ANY
    narrower = planted("properties.kind", enum=["one"]) | alone
    (found,) = compared(narrower, old=schema(**alone))
    assert found.verdict is NEW


def test_the_schema_of_a_class_has_what_the_comparison_needs() -> None:
    found = schema_of(WorkerEnrolled)
    assert found["x-key"] == "worker_id"
    assert found["x-readers"] == ["banking", "claims"]
    assert found["properties"]["has_ktp"]["description"].startswith("A copy")
    nonce = found["$defs"]["Sealed"]["properties"]["nonce"]
    assert (nonce["minLength"], nonce["maxLength"]) == (16, 16)
