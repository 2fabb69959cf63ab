"""Hypothesis strategies of events, built from the fields of their classes."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin
from uuid import UUID

from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from contracts.event import Event

Strategy = st.SearchStrategy[Any]
BIGINT_MAX = 2**63 - 1
LONG_TEXT = 100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MANY = 4
_PLAIN: dict[object, Strategy] = {
    UUID: st.uuids(),
    AwareDatetime: st.integers(0, 4_000_000_000_000_000).map(
        lambda microseconds: EPOCH + timedelta(microseconds=microseconds)
    ),
    date: st.dates(),
    bool: st.booleans(),
}


def events(event: type[Event]) -> Strategy:
    """Any event of the class."""
    return models(event)


def models(model: type[BaseModel]) -> Strategy:
    """Any object of the class; a field that has a default is given or not."""
    given = {name: _field(field) for name, field in model.model_fields.items()}
    needed = {n: s for n, s in given.items() if model.model_fields[n].is_required()}
    spare = {n: s for n, s in given.items() if n not in needed}
    return st.fixed_dictionaries(needed, optional=spare).map(lambda values: model(**values))


def _field(field: FieldInfo) -> Strategy:
    return _of(field.annotation, tuple(field.metadata))


def _of(annotation: Any, limits: tuple[Any, ...] = ()) -> Strategy:
    if hasattr(annotation, "__supertype__"):
        return _of(annotation.__supertype__, limits)
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if annotation in _LIMITED:
        return _LIMITED[annotation](limits)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return models(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return st.sampled_from(annotation)
    return _composed(annotation, limits)


def _composed(annotation: Any, limits: tuple[Any, ...]) -> Strategy:
    arguments = get_args(annotation)
    match get_origin(annotation):
        case origin if origin is Literal:
            return st.sampled_from(arguments)
        case origin if origin in (Union, UnionType):
            return st.one_of(*(_of(each, limits) for each in arguments))
        case origin if origin is tuple and arguments[1:] == (...,):
            fewest = _limit(limits, "min_length", 0)
            return st.lists(_of(arguments[0]), min_size=fewest, max_size=MANY + fewest).map(tuple)
        case origin if origin is dict:
            return st.dictionaries(_of(arguments[0]), _of(arguments[1]), max_size=MANY)
        case None if annotation is type(None):
            return st.none()
        case _ if hasattr(annotation, "__metadata__"):
            return _annotated(annotation)
    raise NotImplementedError(f"say here how to make a {annotation}")


def _annotated(annotation: Any) -> Strategy:
    """Pydantic reads the limits out of `Annotated[...]`, whoever wrote them."""
    field = FieldInfo.from_annotation(annotation)
    return _field(field)


def _integers(limits: tuple[Any, ...]) -> Strategy:
    lowest = max(_limit(limits, "ge", -BIGINT_MAX), _limit(limits, "gt", -BIGINT_MAX - 1) + 1)
    return st.integers(lowest, min(_limit(limits, "le", BIGINT_MAX), BIGINT_MAX))


def _texts(limits: tuple[Any, ...]) -> Strategy:
    fewest, most = _limit(limits, "min_length", 0), _limit(limits, "max_length", LONG_TEXT)
    pattern = _limit(limits, "pattern", None)
    if pattern is None:
        return st.text(st.characters(codec="utf-8"), min_size=fewest, max_size=most)
    whole = pattern.replace("$", r"\Z")
    letters = st.characters(codec="utf-8")
    return st.from_regex(whole, alphabet=letters).filter(lambda text: fewest <= len(text) <= most)


def _bytes(limits: tuple[Any, ...]) -> Strategy:
    fewest = _limit(limits, "min_length", 0)
    return st.binary(min_size=fewest, max_size=_limit(limits, "max_length", fewest + LONG_TEXT))


def _limit(limits: tuple[Any, ...], name: str, otherwise: Any) -> Any:
    found = [getattr(limit, name) for limit in limits if getattr(limit, name, None) is not None]
    return found[0] if found else otherwise


_LIMITED: dict[object, Callable[[tuple[Any, ...]], Strategy]] = {
    int: _integers,
    str: _texts,
    bytes: _bytes,
}
