"""What the tables of banking are made of.

State tables are changed by projections alone, row by row of their own key or by unconditional
amounts. They have no foreign keys: replay applies the keys of different shards in any order.
"""

from sqlalchemy import DateTime
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

INSTANT = DateTime(timezone=True)


class Table(SQLModel, registry=registry()):
    """Base of the state tables, which replay rebuilds."""


class Operational(SQLModel, registry=registry()):
    """Base of the tables that are not state: never replayed, deleted on schedule."""
