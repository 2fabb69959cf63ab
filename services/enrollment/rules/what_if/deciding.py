"""Which events are decided again, and how."""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from contracts import enrollment
from contracts.event import Event
from services.enrollment.rules.what_if import money, places
from services.enrollment.rules.what_if.books import Books

_DECIDE: dict[type[Event], Callable[[Books, Any], Event | None]] = {
    enrollment.ProgrammeOpened: money.opened,
    enrollment.ProgrammeAmended: money.amended,
    enrollment.ProgrammeClosed: money.closed,
    enrollment.RosterReceived: money.received,
    enrollment.RosterProcessed: money.processed,
    enrollment.WorkerEnrolled: places.enrolled,
    enrollment.MembershipRenewed: places.renewed,
    enrollment.CoverageLapsed: places.lapsed,
    enrollment.MembershipReactivated: places.reactivated,
    enrollment.CoverageEnded: places.ended,
    enrollment.CoverageRestored: places.restored,
    enrollment.ContributionBilled: money.billed,
    enrollment.ContributionPaid: money.paid,
    enrollment.InvoiceIssued: money.issued,
    enrollment.InvoiceCleared: money.cleared,
}
DECIDED = {kind.type: kind for kind in _DECIDE}
"""The events about places and money, by type."""
LAST = (
    enrollment.InvoiceIssued.type,
    enrollment.InvoiceCleared.type,
    enrollment.RosterProcessed.type,
)
"""Sums of others of the same transaction: they come after these."""
_COUNTED = (enrollment.RosterReceived, enrollment.RosterProcessed)
"""No money is in them."""
APPLIED = {name: kind for name, kind in DECIDED.items() if kind not in _COUNTED}
"""Those that change the tables in which money stands."""
_AMOUNTS = ("reserved", "released", "amount", "heads", "first_month", "last_month")


class Otherwise(NamedTuple):
    """An event that the record's own prices do not come to."""

    event_id: UUID
    type: str
    recorded: str
    again: str
    """What should be there, or `nothing`."""


def decide(books: Books, event: Event) -> Event | None:
    """The event as the books have it: with other amounts and months, or none at all."""
    return _DECIDE[type(event)](books, event)


def otherwise(event: Event, again: Event | None) -> Otherwise | None:
    """In what an event that was decided again is not the recorded one; None where it is."""
    if again == event:
        return None
    told = "nothing" if again is None else _told(again)
    return Otherwise(event.event_id, event.type, _told(event), told)


def _told(event: Event) -> str:
    fields = event.model_dump(include=set(_AMOUNTS))
    return ", ".join(f"{name} {value}" for name, value in fields.items())
