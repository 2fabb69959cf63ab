"""What a change to an event breaks, and who has to deploy first.

Two readers count. The services that run now read new events with the class they were built with:
what they cannot read has to reach them first. And everybody reads old events, for ever, with the
class of the day: replay does, and so does the auditor. What these cannot read needs a new event
type beside the old one (a new major version).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from contracts.upcasting import BESIDE

Schema = Mapping[str, Any]

SAYS_NOTHING = frozenset({"description", "title", "$schema", "$defs", "default", "examples"})
"""Words that do not change what is read. A default is looked at where the field is."""
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
OF_OBJECTS = ("type", "properties", "required", "additionalProperties", "x-key", "x-readers")


class Verdict(StrEnum):
    """What has to happen before the change may run."""

    ANY_ORDER = "any order"
    READERS_FIRST = "readers first"
    NEW_MAJOR = "breaks readers: make a new major version"


class Change(NamedTuple):
    """One difference, and what follows from it."""

    event: str
    """The name on the wire."""
    place: str
    """The field, with dots for what lies inside; empty: the event itself."""
    what: str
    verdict: Verdict
    readers: tuple[str, ...] = ()
    """The services that read the event, before or after."""


class _Difference(NamedTuple):
    place: str
    what: str
    verdict: Verdict


class _Field(NamedTuple):
    schema: Schema
    required: bool


def changes(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> list[Change]:
    """What changed between two sets of schemas, each by the event's name on the wire."""
    found: list[Change] = []
    for name in sorted(old.keys() | new.keys()):
        readers = _readers(old.get(name, {})) | _readers(new.get(name, {}))
        for place, what, verdict in _event(name, old, new):
            alone = verdict is Verdict.READERS_FIRST and not readers
            followed = Verdict.ANY_ORDER if alone else verdict
            found.append(Change(name, place, what, followed, tuple(sorted(readers))))
    return found


def _readers(schema: Schema) -> set[str]:
    return set(schema.get("x-readers", ()))


def _event(
    name: str, all_old: Mapping[str, Schema], all_new: Mapping[str, Schema]
) -> Iterator[_Difference]:
    old, new = all_old.get(name), all_new.get(name)
    if new is None:
        what = "is gone, and with it the way to read those that were recorded"
        yield _Difference("", what, Verdict.NEW_MAJOR)
        return
    if old is None:
        yield _Difference("", _come(name, new, all_old), Verdict.READERS_FIRST)
        return
    if old["x-key"] != new["x-key"]:
        what = f"the key was {old['x-key']} and is {new['x-key']}: the order is lost"
        yield _Difference("", what, Verdict.NEW_MAJOR)
    for reader in sorted(_readers(new) - _readers(old)):
        yield _Difference("", f"{reader} reads it now", Verdict.ANY_ORDER)
    for reader in sorted(_readers(old) - _readers(new)):
        yield _Difference("", f"{reader} reads it no longer", Verdict.ANY_ORDER)
    yield from _Comparison(old, new).objects(old, new, place="")


def _come(name: str, new: Schema, all_old: Mapping[str, Schema]) -> str:
    """What a reader of the day does with an event that it does not know."""
    fact = name.rpartition(".v")[0]
    earlier = [each for each in sorted(all_old) if each.rpartition(".v")[0] == fact]
    if not earlier:
        return "is new: old readers pass over it, for ever"
    beside = _text(new.get("properties", {}).get(BESIDE, {}))
    if any(f'"{each}"' in beside for each in earlier):
        return f"is new, beside {earlier[-1]}: who reads that one goes on with it"
    return f"is new: who reads {earlier[-1]} parks it; name that one in its field `{BESIDE}`"


class _Comparison:
    """Compares two schemas whose references lie in two different places."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old_parts = old.get("$defs", {})
        self._new_parts = new.get("$defs", {})

    def values(self, old: Schema, new: Schema, *, place: str) -> Iterator[_Difference]:
        """How what may stand at a place changed."""
        old, new = _resolved(old, self._old_parts), _resolved(new, self._new_parts)
        if "anyOf" in old or "anyOf" in new:
            yield from self._alternatives(old, new, place=place)
        elif old.get("type") == new.get("type") == "object":
            yield from self.objects(old, new, place=place)
        elif old.get("type") == new.get("type") == "array":
            rest = ("type", "items")
            yield from self.values(old.get("items", {}), new.get("items", {}), place=f"{place}[]")
            yield from _words(old, new, place=place, apart_from=rest)
        else:
            yield from _words(old, new, place=place)

    def objects(self, old: Schema, new: Schema, *, place: str) -> Iterator[_Difference]:
        """How the fields of an object changed."""
        before, after = _fields(old), _fields(new)
        for name in [*before, *(each for each in after if each not in before)]:
            inside = f"{place}.{name}" if place else name
            if name not in after:
                yield _removed(inside, before[name])
            elif name not in before:
                yield _added(inside, after[name])
            else:
                yield from _defaults(before[name], after[name], place=inside)
                yield from self.values(before[name].schema, after[name].schema, place=inside)
        yield from self._free_fields(old, new, place=place)
        yield from _words(old, new, place=place, apart_from=OF_OBJECTS)

    def _free_fields(self, old: Schema, new: Schema, *, place: str) -> Iterator[_Difference]:
        """Fields of any name, as in a count by reason. A reader passes over what it forbids."""
        before, after = old.get("additionalProperties"), new.get("additionalProperties")
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from self.values(before, after, place=f"{place}.*")
        elif isinstance(before, Mapping) or isinstance(after, Mapping):
            yield _Difference(
                place, "names of fields are no longer as they were", Verdict.NEW_MAJOR
            )

    def _alternatives(self, old: Schema, new: Schema, *, place: str) -> Iterator[_Difference]:
        before = {_text(each): each for each in self._each(old, self._old_parts)}
        after = {_text(each): each for each in self._each(new, self._new_parts)}
        gone, come = before.keys() - after.keys(), after.keys() - before.keys()
        if len(gone) == len(come) == 1:
            yield from self.values(before[gone.pop()], after[come.pop()], place=place)
            return
        for each in sorted(gone):
            yield _Difference(place, f"may no longer be {each}", Verdict.NEW_MAJOR)
        for each in sorted(come):
            yield _Difference(place, f"may now also be {each}", Verdict.READERS_FIRST)

    @staticmethod
    def _each(schema: Schema, parts: Schema) -> Iterator[Schema]:
        for each in schema.get("anyOf", (schema,)):
            yield _resolved(each, parts)


def _fields(schema: Schema) -> dict[str, _Field]:
    required = schema.get("required", ())
    return {
        name: _Field(field, required=name in required)
        for name, field in schema.get("properties", {}).items()
    }


def _added(place: str, field: _Field) -> _Difference:
    if field.required:
        what = "is new and has no default: old events cannot be read"
        return _Difference(place, what, Verdict.NEW_MAJOR)
    what = "is new, with a default: old readers pass over it"
    return _Difference(place, what, Verdict.READERS_FIRST)


def _removed(place: str, field: _Field) -> _Difference:
    if field.required:
        return _Difference(place, "is gone, and readers need it", Verdict.NEW_MAJOR)
    return _Difference(place, "is gone; it had a default", Verdict.READERS_FIRST)


def _defaults(old: _Field, new: _Field, *, place: str) -> Iterator[_Difference]:
    if new.required and not old.required:
        yield _Difference(place, "lost the default that old events need", Verdict.NEW_MAJOR)
    elif old.required and not new.required:
        yield _Difference(place, "has a default now", Verdict.ANY_ORDER)
    elif old.schema.get("default") != new.schema.get("default"):
        what = "has another default: old events without it now say something else"
        yield _Difference(place, what, Verdict.NEW_MAJOR)


def _resolved(schema: Schema, parts: Schema) -> Schema:
    """The schema, with what it refers to in it, without the words that say nothing."""
    if "$ref" in schema:
        schema = parts[schema["$ref"].rpartition("/")[2]]
    return {word: said for word, said in schema.items() if word not in SAYS_NOTHING}


def _words(
    old: Schema, new: Schema, *, place: str, apart_from: Sequence[str] = ()
) -> Iterator[_Difference]:
    """How the remaining words of two schemas differ: each narrows, widens, or both."""
    old, new = _choices(old), _choices(new)
    other_type = "type" in old and "type" in new and old["type"] != new["type"]
    words = {"type"} if other_type else (old.keys() | new.keys()) - SAYS_NOTHING
    for word in sorted(words - {*apart_from}):
        before, after = old.get(word), new.get(word)
        if before == after:
            continue
        narrower, wider = _narrows(word, before, after), _narrows(word, after, before)
        what = f"{word} was {_text(before)} and is {_text(after)}"
        if narrower or not wider:
            yield _Difference(place, f"{what}: old events may not fit", Verdict.NEW_MAJOR)
        else:
            yield _Difference(
                place, f"{what}: old readers park what they cannot take", Verdict.READERS_FIRST
            )


def _choices(schema: Schema) -> dict[str, Any]:
    """One value alone is a choice of one; a choice says more than its type."""
    said = dict(schema)
    if "const" in said:
        said["enum"] = [said.pop("const")]
    if "enum" in said:
        said.pop("type", None)
    return said


def _narrows(word: str, before: Any, after: Any) -> bool:  # noqa: ANN401  (any word of JSON Schema)
    """Whether something that was allowed before is not any more. Unknown words: it may be so."""
    if after is None:
        return False
    if before is None:
        return True
    if word == "enum":
        return not {_text(each) for each in before} <= {_text(each) for each in after}
    if word in LOWER:
        return bool(after > before)
    if word in UPPER:
        return bool(after < before)
    return (word, before, after) != ("type", "integer", "number")


def _text(value: Any) -> str:  # noqa: ANN401  (any JSON)
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
