"""Cells of an answer as a page shows them: words, where they stand, where they lead."""

from typing import NamedTuple
from uuid import UUID

from services.audit.rules import shown
from services.audit.rules.addresses import Links

EVENTS = frozenset({"event_id", "causation_id"})
NEAR_MAX = 32
"""Characters of a text that stay on one line."""
OFFICERS = frozenset({"officer", "officers", "who", "assigned_to"})


class Cell(NamedTuple):
    """One cell."""

    words: str
    kind: str
    """How it is set: `number` at the right, `id` in even letters, `near` on one line."""
    href: str | None = None
    title: str | None = None
    """All of what is shortened."""


def cell(column: str, kind: str, value: object, *, links: Links) -> Cell:
    """A cell of a column of this kind."""
    found = shown.as_id(value)
    if found is not None:
        return identified(column, found, links=links)
    words = shown.cell(column, value)
    if _is_officer(column, value):
        return Cell(words, "near", links.subject(value))
    return Cell(words, "near" if kind == "text" and len(words) <= NEAR_MAX else kind)


def identified(column: str, found: UUID, *, links: Links) -> Cell:
    """An id, short; it leads to the event or to the timeline of what it names."""
    leads = links.event(found) if column in EVENTS else links.subject(found)
    return Cell(shown.short(found), "id", leads, str(found))


def heading(column: str) -> str:
    """The name of a column as words."""
    return column.replace("_", " ")


def _is_officer(column: str, value: object) -> bool:
    """One name: a list of several is nobody's."""
    is_name = isinstance(value, str) and value != "" and ", " not in value
    return is_name and (column in OFFICERS or column.endswith("_by")) and column != "caused_by"
