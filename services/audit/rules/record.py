"""The record as tables: which columns stand beside an event, and a view for each kind of event.

What is asked of many events has a column of its own, so that their bodies need not be read.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import AwareDatetime

from contracts.catalogue import EVENTS
from contracts.event import Event
from contracts.sealed import Sealed
from contracts.types import Officer

BODY_COLUMNS = (
    ("occurred_at", "$.occurred_at", "TIMESTAMP"),
    ("causation_id", "$.causation_id", "UUID"),
    ("correlation_id", "$.correlation_id", "UUID"),
    ("worker_id", "$.worker_id", "UUID"),
    ("claim_id", "$.claim_id", "UUID"),
    ("programme_id", "$.programme_id", "UUID"),
    ("invoice_id", "$.invoice_id", "UUID"),
    ("payout_id", "$.payout_id", "UUID"),
    ("account_id", "$.account_id", "UUID"),
    ("holder_id", "$.holder_id", "UUID"),
    ("month", "$.month", "VARCHAR"),
    ("amount", "$.amount", "BIGINT"),
    ("payer", "$.payer", "VARCHAR"),
    ("roster_id", "$.roster_id", "UUID"),
    ("village_code", "$.village_code", "VARCHAR"),
    ("first_month", "$.first_month", "VARCHAR"),
    ("last_month", "$.last_month", "VARCHAR"),
    ("reserved", "$.reserved", "BIGINT"),
    ("covered_from", "$.covered_from", "TIMESTAMP"),
    ("debit_account", "$.transfer.debit_account", "UUID"),
    ("credit_account", "$.transfer.credit_account", "UUID"),
    ("moved", "$.transfer.amount", "BIGINT"),
)
"""Columns taken from the body: name, JSON path, kind. Instants are in UTC."""
PATHS = [path for _, path, _ in BODY_COLUMNS]
_FIRST = ("topic VARCHAR", "shard UTINYINT", "seq BIGINT", "event_id UUID", "type VARCHAR")
_STAMP = (
    *("topic", "shard", "seq", "key", "event_id", "occurred_at"),
    *("causation_id", "correlation_id"),
)
_OWN = {name for name, _, _ in BODY_COLUMNS} | {"event_id"}
_PLAIN: Mapping[object, str] = {
    UUID: "UUID",
    int: "BIGINT",
    bool: "BOOLEAN",
    date: "DATE",
    datetime: "TIMESTAMP",
    AwareDatetime: "TIMESTAMP",
    str: "VARCHAR",
}


def columns() -> list[str]:
    """Every column of `events`, with its kind."""
    taken = [f"{name} {kind}" for name, _, kind in BODY_COLUMNS]
    return [*_FIRST, "key VARCHAR", *taken, "officers VARCHAR[]", "body VARCHAR", "bytes BIGINT"]


def event_views() -> dict[str, str]:
    """A view for each kind of event, by its name: `worker_enrolled`; where several services record
    a kind of the same name, `banking_subject_key_read`."""
    names = [_short(each) for each in EVENTS]
    return {
        _short(each) if names.count(_short(each)) == 1 else _long(each): _view(each, event)
        for each, event in EVENTS.items()
    }


def officer_fields() -> dict[str, list[str]]:
    """The fields that name who acted, each with the kinds of events in which it does."""
    found: dict[str, list[str]] = {}
    for wire, event in EVENTS.items():
        for name, field in event.model_fields.items():
            if _is_officer(field.annotation, tuple(field.metadata)):
                found.setdefault(name, []).append(wire)
    return found


def _is_officer(annotation: object, limits: tuple[object, ...]) -> bool:
    wanted = get_args(Officer)[1].metadata
    found = [limits, *(getattr(each, "__metadata__", ()) for each in get_args(annotation))]
    return any(_limits(each) == list(wanted) for each in found)


def _limits(metadata: tuple[object, ...]) -> list[object]:
    """The limits alone, however pydantic wrapped them."""
    told: list[object] = []
    for each in metadata:
        told += getattr(each, "metadata", [each])
    return told


def _naming(fields: Iterable[str]) -> str:
    """Finds who acted in a body: quotes in a text are escaped there, so none looks like it."""
    return rf'"(?:{"|".join(sorted(fields))})":"((?:[^"\\]|\\.)+)"'


def _is_only_officers(name: str) -> bool:
    named = [wire for wire, event in EVENTS.items() if name in event.model_fields]
    return named == officer_fields()[name]


OFFICERS = _naming(filter(_is_only_officers, officer_fields()))
OTHER_OFFICERS = {
    wire: _naming([name])
    for name, wires in officer_fields().items()
    if not _is_only_officers(name)
    for wire in wires
}
"""Fields that name an officer in these kinds of events, and something else in others."""


def _short(wire: str) -> str:
    return wire.split(".")[1].replace("-", "_")


def _long(wire: str) -> str:
    return "_".join(wire.split(".")[:2]).replace("-", "_")


def _view(wire: str, event: type[Event]) -> str:
    fields = ", ".join(_fields(event))
    chosen = f", {fields}" if fields else ""
    known = f"type = '{wire}' AND occurred_at IS NOT NULL"  # else the body is no JSON
    return f"SELECT {', '.join(_STAMP)}{chosen} FROM events WHERE {known}"  # noqa: S608


def _fields(event: type[Event]) -> Iterator[str]:
    """The fields of an event as columns. What is sealed is left out: it is noise without a key."""
    for name, field in event.model_fields.items():
        if name in Event.model_fields:
            continue
        if name in _OWN:
            yield name
            continue
        kind = _kind(field.annotation)
        if kind == "JSON":
            yield f"json_extract(body, '$.{name}') AS {name}"
        elif kind:
            yield f"try_cast(json_extract_string(body, '$.{name}') AS {kind}) AS {name}"


def _kind(annotation: Any) -> str | None:  # noqa: ANN401  (whatever a field may be)
    """How DuckDB holds it; None: not at all."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _kind(get_args(annotation)[0])
    if origin in {Union, UnionType}:
        (kind,) = {_kind(each) for each in get_args(annotation) if each is not NoneType}
        return kind
    if origin is Literal:
        return "VARCHAR"
    plain = getattr(annotation, "__supertype__", annotation)
    if plain is Sealed:
        return None
    return _PLAIN.get(plain, _of_class(plain))


def _of_class(plain: object) -> str:
    return "BIGINT" if isinstance(plain, type) and issubclass(plain, int) else "JSON"
