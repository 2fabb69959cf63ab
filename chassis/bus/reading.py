"""Turn the body of a numbered record into an event, or say why not. Pure."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from pydantic import ValidationError

from chassis.bus.admission import Record
from contracts.event import Event
from contracts.upcasting import UPCASTS, is_beside

NAMES_REMEMBERED = 1_000


class Unreadable(ValueError):
    """An event that this service listens to, in a form that it does not understand."""


def event_of(record: Record, known: Mapping[str, type[Event]]) -> Event | None:
    """The event; None when nobody here listens to it, or to the version beside it that is known
    here. Raises: Unreadable."""
    try:
        event = UPCASTS.read(record.type, record.body, known)
    except ValidationError as error:
        fields = sorted({".".join(map(str, e["loc"])) or e["type"] for e in error.errors()})
        raise Unreadable(f"{record.type}: {', '.join(fields)}") from error
    if event is None:
        if _concerns(record.type, tuple(known)) and not is_beside(record.body, known):
            raise Unreadable(f"{record.type}: a major version that is not known here")
        return None
    if (event.event_id, event.key) != (record.event_id, record.key):
        raise Unreadable(f"{record.type}: the body names another event or key than its headers")
    return event


def concerns(name: str, known: Iterable[str]) -> bool:
    """Whether a type is one of the known, in whatever version: of any other, `event_of` is None."""
    return _fact(name) in {_fact(each) for each in known}


_concerns = lru_cache(maxsize=NAMES_REMEMBERED)(concerns)


def _fact(name: str) -> str:
    """`banking.account-opened.v1` without its version."""
    return name.rpartition(".v")[0]
