"""The form of a question: a field for each parameter, with what is wrong beside it."""

from collections.abc import Mapping
from typing import NamedTuple

from services.audit.rules.questions import Kind, Parameter, Question

_INPUTS: Mapping[Kind, tuple[str, str]] = {
    "uuid": ("text", "5f0c954e-8d3c-4e8b-9b0a-1d2f3a4b5c6d"),
    "day": ("date", "2025-09-03"),
    "month": ("month", "2025-07"),
    "number": ("number", "30"),
    "area": ("text", "53.71"),
    "text": ("text", ""),
}
REASON = "reason"


class Field(NamedTuple):
    """A field of a form."""

    name: str
    words: str
    input: str
    """The type of the input."""
    example: str
    value: str
    is_required: bool
    fault: str | None


def fields(question: Question, given: Mapping[str, str], faults: Mapping[str, str]) -> list[Field]:
    """The fields of a question's parameters, filled in with what was given or goes without."""
    return [_field(each, given, faults) for each in question.parameters]


def reason(given: Mapping[str, str], faults: Mapping[str, str]) -> Field:
    """The field that every question has."""
    words = "What it is asked for; it goes on record"
    example = "audit of the fourth quarter"
    value, fault = given.get(REASON, ""), faults.get(REASON)
    return Field(REASON, words, "text", example, value, is_required=True, fault=fault)


def _field(parameter: Parameter, given: Mapping[str, str], faults: Mapping[str, str]) -> Field:
    kind, example = _INPUTS[parameter.kind]
    default = "" if parameter.default in {None, "none"} else str(parameter.default)
    return Field(
        name=parameter.name,
        words=parameter.words,
        input=kind,
        example=example,
        value=given.get(parameter.name, default),
        is_required=parameter.default is None,
        fault=faults.get(parameter.name),
    )
