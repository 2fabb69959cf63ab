"""The catalogue of questions: what each asks, what it needs, and what it rests on.

A question is a file of SQL behind comments that say what it is:

    -- name: same-person-twice
    -- theme: members
    -- title: The same person twice
    -- shows: Members whom ...
    -- rests on: The review that ...
    -- reference: domain 7.3 test 1
    -- parameter: programme uuid = none; The programme; all of them when it is left out

A comment that begins with more than one space goes on with the line before it. A parameter without
a default has to be given.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Literal, NamedTuple, cast, get_args
from uuid import UUID

from contracts.refusal import Refused

Kind = Literal["text", "uuid", "day", "month", "number", "area"]
Theme = Literal["members", "contributions", "claims", "officers", "record"]
Value = str | int | date | UUID | None
TEXT_CHARACTERS_MAX = 200
NUMBER_MAX = 10**15
_ENTRY = re.compile(r"-- ([a-z][a-z ]*): (\S.*)")
_MORE = re.compile(r"--  +(\S.*)")
_PARAMETER = re.compile(r"([a-z][a-z_]*) ([a-z]+)(?: = ([^;]+))?; (.+)")
_USED = re.compile(r"\$([a-z][a-z_]*)")
_MONTH = re.compile(r"20\d{2}-(0[1-9]|1[0-2])")
_AREA = re.compile(r"\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?")
_NUMBER = re.compile(r"-?\d{1,15}")


class CatalogueBroken(ValueError):
    """A question's file does not say what it must."""


class QuestionUnknown(Refused):
    """The catalogue holds no such question."""

    slug, status, retryable = "question-unknown", 404, False


class ParameterMissing(Refused):
    """The question cannot be asked without it."""

    slug, status, retryable = "parameter-missing", 422, False


class ParameterUnknown(Refused):
    """The question takes no such thing."""

    slug, status, retryable = "parameter-unknown", 422, False


class ParameterMalformed(Refused):
    """It is not of the kind that the question takes."""

    slug, status, retryable = "parameter-malformed", 422, False


class Parameter(NamedTuple):
    """Something that is asked for."""

    name: str
    kind: Kind
    words: str
    default: str | None
    """As a person would give it; `none`: it may be left out; None: it must be given."""


class Question(NamedTuple):
    """A question of the catalogue."""

    name: str
    theme: Theme
    title: str
    shows: str
    rests_on: str
    """Which events hold the evidence, and what they cannot tell."""
    reference: str
    parameters: tuple[Parameter, ...]
    sql: str


def question(file: str) -> Question:
    """Read a question's file. Raises: CatalogueBroken."""
    entries = _entries(file)
    parameters = tuple(_parameter(words) for key, words in entries if key == "parameter")
    told = {key: words for key, words in entries if key != "parameter"}
    wanted = {"name", "theme", "title", "shows", "rests on", "reference"}
    if set(told) != wanted:
        raise CatalogueBroken(f"{told.get('name')}: it has {sorted(told)}, not {sorted(wanted)}")
    if told["theme"] not in get_args(Theme):
        raise CatalogueBroken(f"{told['name']}: {told['theme']} is no theme")
    sql = "\n".join(line for line in file.splitlines() if not line.startswith("--")).strip()
    if set(_USED.findall(sql)) != {each.name for each in parameters}:
        raise CatalogueBroken(f"{told['name']}: its SQL uses other parameters than it names")
    return Question(
        told["name"],
        cast("Theme", told["theme"]),
        told["title"],
        told["shows"],
        told["rests on"],
        told["reference"],
        parameters,
        sql,
    )


def found(catalogue: Mapping[str, Question], name: str) -> Question:
    """The question of this name. Raises: QuestionUnknown."""
    if name not in catalogue:
        raise QuestionUnknown(f"There is no question {name}: there are {', '.join(catalogue)}.")
    return catalogue[name]


def values(asked: Question, given: Mapping[str, str]) -> dict[str, Value]:
    """What is bound to the question's SQL; what was left out or empty has its default.

    Raises: ParameterUnknown, ParameterMissing, ParameterMalformed.
    """
    names = {each.name for each in asked.parameters}
    if strange := sorted(set(given) - names):
        takes = ", ".join(sorted(names)) or "nothing"
        raise ParameterUnknown(f"{asked.name} takes {takes}, not {', '.join(strange)}.")
    return {each.name: _value(asked, each, given.get(each.name, "")) for each in asked.parameters}


def faults(asked: Question, given: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with each parameter that was given or is missing, by its name."""
    found = {}
    for each in asked.parameters:
        try:
            _value(asked, each, given.get(each.name, ""))
        except (ParameterMissing, ParameterMalformed) as refusal:
            found[each.name] = str(refusal)
    return found


def _entries(file: str) -> list[tuple[str, str]]:
    """What the comments at the head say."""
    entries: list[tuple[str, str]] = []
    for line in file.splitlines():
        if entry := _ENTRY.fullmatch(line):
            entries.append((entry[1], entry[2]))
        elif (more := _MORE.fullmatch(line)) and entries:
            key, words = entries[-1]
            entries[-1] = (key, f"{words} {more[1]}")
        elif line.startswith("--"):
            raise CatalogueBroken(f"a comment says nothing that is known: {line}")
    return entries


def _parameter(words: str) -> Parameter:
    told = _PARAMETER.fullmatch(words)
    if not told or told[2] not in get_args(Kind):
        raise CatalogueBroken(f"no parameter: {words}")
    return Parameter(told[1], cast("Kind", told[2]), told[4], told[3])


def _value(asked: Question, wanted: Parameter, given: str) -> Value:
    words = given.strip() or wanted.default
    if words is None:
        raise ParameterMissing(f"{asked.name} needs {wanted.name}: {wanted.words}.")
    if words == "none" and not given.strip():
        return None
    try:
        return _read(wanted.kind, words)
    except ValueError as error:
        raise ParameterMalformed(f"{wanted.name}: {error}") from None


def _read(kind: Kind, words: str) -> Value:
    """The value that words stand for. Raises: ValueError, with what was expected."""
    if kind == "uuid":
        return _id(words)
    if kind == "day":
        return _day(words)
    if kind == "month" and not _MONTH.fullmatch(words):
        raise ValueError("expected a month such as 2025-07")
    if kind == "area" and not _AREA.fullmatch(words):
        raise ValueError("expected a region code such as 53, 53.71 or 53.71.04")
    if kind == "number":
        if not _NUMBER.fullmatch(words):
            raise ValueError("expected a whole number of at most 15 digits")
        return int(words)
    if len(words) > TEXT_CHARACTERS_MAX:
        raise ValueError(f"expected at most {TEXT_CHARACTERS_MAX} characters")
    return words


def _id(words: str) -> UUID:
    try:
        return UUID(words)
    except ValueError:
        raise ValueError("expected an id such as 5f0c954e-8d3c-4e8b-9b0a-1d2f3a4b5c6d") from None


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise ValueError("expected a day such as 2025-09-03") from None
