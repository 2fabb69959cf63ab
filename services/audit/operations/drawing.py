"""Answers of the record as what pages draw."""

from collections.abc import Iterator
from typing import Any

from services.audit.adapters.answering import Table
from services.audit.rules import shown
from services.audit.rules.money_flow import Move
from services.audit.rules.pivot import Pivot, pivot
from services.audit.rules.timelines import Happening, Linked, in_order


def happenings(table: Table) -> list[Happening]:
    """The events of an answer of `timeline`, in order; those whose body nobody can read have no
    time, and are left out."""
    rows = (row for row in _rows(table) if row["occurred_at"] is not None)
    return in_order(Happening(**_chosen(row, Happening._fields)) for row in rows)


def chain(table: Table) -> list[Linked]:
    """The events of an answer of `story`."""
    return [Linked(**_chosen(row, Linked._fields)) for row in _rows(table)]


def moves(table: Table) -> list[Move]:
    """The rows of an answer of `money-trail`."""
    return [Move(**_chosen(row, Move._fields)) for row in _rows(table)]


def state(table: Table) -> Pivot:
    """An answer of `as-of`: regencies down, what was counted across."""
    return pivot(
        (row["region_code"] or shown.NOTHING, row["what"], row["heads"]) for row in _rows(table)
    )


def _rows(table: Table) -> Iterator[dict[str, Any]]:
    names = [column.name for column in table.columns]
    return (dict(zip(names, row, strict=True)) for row in table.rows)


def _chosen(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names}
