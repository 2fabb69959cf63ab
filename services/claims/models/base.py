"""What the tables of claims are made of.

State tables are changed by projections alone, row by row of their own key. They have no foreign
keys: replay applies the keys of different shards in any order.
"""

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

INSTANT = DateTime(timezone=True)
OPTIONAL_JSON = JSONB(none_as_null=True)


class Table(SQLModel, registry=registry()):
    """Base of the state tables, which replay rebuilds."""
