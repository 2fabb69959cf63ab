"""Every event there is, by its name on the wire."""

from types import ModuleType

from contracts import audit, banking, claims, enrollment
from contracts.event import Event

OWNERS: dict[str, ModuleType] = {
    "enrollment": enrollment,
    "banking": banking,
    "claims": claims,
    "audit": audit,
}


def events_of(owner: str) -> dict[str, type[Event]]:
    """The events that a service records, by their names on the wire."""
    found = vars(OWNERS[owner]).values()
    return {
        event.type: event
        for event in found
        if isinstance(event, type) and issubclass(event, Event) and "type" in vars(event)
    }


EVENTS: dict[str, type[Event]] = {
    name: event for owner in OWNERS for name, event in events_of(owner).items()
}
