"""Alembic's entry: the migrations of claims."""

from chassis.state.migrations import run
from services.claims.models import Table

run(Table.metadata)
