"""What the tables of a database demand of the code that writes and reads them."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, text

_COLUMNS = text("""
    SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull, atthasdef
    FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
      AND attnum > 0 AND NOT attisdropped""")
_DEMANDS = text("""
    SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
    UNION SELECT tablename, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND indexdef LIKE 'CREATE UNIQUE%'
    UNION SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger
    WHERE NOT tgisinternal
    UNION SELECT tablename, concat_ws(' ', policyname, permissive, roles::text, cmd, qual,
                                      with_check) FROM pg_policies WHERE schemaname = 'public'
    UNION SELECT relname, 'row-level security' FROM pg_class
    WHERE relrowsecurity AND relnamespace = 'public'::regnamespace""")
"""Constraints, unique indexes, triggers, policies. NOT NULL is told with the columns."""


class Column(NamedTuple):
    """What a column takes and gives."""

    type: str
    not_null: bool
    has_default: bool

    @property
    def may_be_left_out(self) -> bool:
        """Whether code that does not know it may write a row."""
        return self.has_default or not self.not_null


class Shape(NamedTuple):
    """All columns, by table and name, and what else each table demands."""

    columns: Mapping[tuple[str, str], Column]
    demands: frozenset[tuple[str, str]]

    def is_only_added_to(self, after: "Shape") -> bool:
        """Whether code for this shape may go on with that one: all it knows is as it was, and what
        came to its tables it may leave out."""
        tables = {table for table, _ in self.columns}
        added = {place: column for place, column in after.columns.items() if place[0] in tables}
        kept = all(added.pop(place, None) == column for place, column in self.columns.items())
        demanded = {each for each in after.demands if each[0] in tables}
        can_leave_out = all(column.may_be_left_out for column in added.values())
        return kept and can_leave_out and demanded == self.demands


def shape(connection: Connection) -> Shape:
    """The tables as they are now."""
    columns = {(row[0], row[1]): Column(*row[2:]) for row in connection.execute(_COLUMNS)}
    demands = frozenset((table, demand) for table, demand in connection.execute(_DEMANDS))
    return Shape(columns, demands)
