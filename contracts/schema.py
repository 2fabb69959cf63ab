"""The JSON Schema of an event as it is written, with what its class says about each field.

Beside the words of JSON Schema it has `x-type` (the name on the wire), `x-owner`, `x-key` (the
field that orders events) and `x-readers` (the services that act on it).
"""

import ast
import inspect
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import Any

from contracts import audit, banking, claims, enrollment, event, sealed, shared, types
from contracts.event import Event

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MODULES: tuple[ModuleType, ...] = (
    types, event, shared, sealed,
    *(
        module
        for package in (enrollment, banking, claims, audit)
        for module in vars(package).values()
        if isinstance(module, ModuleType)
    ),
)  # fmt: skip


def owner_of(event_class: type[Event]) -> str:
    """The service that records the event: the first word of its name on the wire."""
    return event_class.type.partition(".")[0]


def schema_of(event_class: type[Event]) -> dict[str, Any]:
    """The schema of the event's JSON. Every field is written; those that are not required were
    added later and have a default for the events that lack them.
    """
    found = event_class.model_json_schema(mode="serialization")
    parts = found.pop("$defs", {})
    _describe(found, field_words(event_class))
    for name, part in parts.items():
        if "properties" in part:
            _describe(part, _own_words(name))
    schema = {
        "$schema": DIALECT,
        "title": event_class.__name__,
        "description": found.pop("description"),
        "x-type": event_class.type,
        "x-owner": owner_of(event_class),
        "x-key": event_class.key_field,
        "x-readers": list(event_class.readers),
        **found,
    }
    return schema | ({"$defs": parts} if parts else {})


def field_words(model: type[Any]) -> dict[str, str]:
    """What the class and its bases say about each field: the docstring under it."""
    words: dict[str, str] = {}
    for each in reversed(model.__mro__):
        words |= _classes_in_source().get((each.__module__, each.__name__), {})
    return words


@cache
def vocabulary() -> dict[str, str]:
    """The words of `contracts.types` and what each means; those that explain themselves are out."""
    return _docstrings(ast.parse(inspect.getsource(types)).body)


def _describe(part: dict[str, Any], words: dict[str, str]) -> None:
    """Put the docstrings beside the fields, and take away titles that only repeat their names."""
    for name, described in part["properties"].items():
        described.pop("title", None)
        if name in words:
            described["description"] = words[name]
        if described.get("format") == "base64url":
            described.update(_encoded_lengths(described))


def _encoded_lengths(described: dict[str, Any]) -> dict[str, Any]:
    """Pydantic gives the lengths of the bytes; what stands in JSON is four letters for three."""
    return {
        word: -(-described[word] // 3) * 4
        for word in ("minLength", "maxLength")
        if word in described
    }


def _own_words(name: str) -> dict[str, str]:
    (words,) = (found for (_, each), found in _classes_in_source().items() if each == name)
    return words


@cache
def _classes_in_source() -> dict[tuple[str, str], dict[str, str]]:
    """The documented fields of each class, by module and name."""
    return {
        (module.__name__, node.name): _docstrings(node.body)
        for module in _MODULES
        for node in ast.parse(inspect.getsource(module)).body
        if isinstance(node, ast.ClassDef)
    }


def _docstrings(body: list[ast.stmt]) -> dict[str, str]:
    """The text that stands under an assignment, by the name that is assigned."""
    found: dict[str, str] = {}
    for line, below in pairwise(body):
        match line, below:
            case (
                ast.AnnAssign(target=ast.Name(name)) | ast.Assign(targets=[ast.Name(name)]),
                ast.Expr(value=ast.Constant(value=str(said))),
            ):
                found[name] = inspect.cleandoc(said)
    return found
