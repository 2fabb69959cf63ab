"""Alembic's entry: the migrations of banking."""

from chassis.state.migrations import run
from services.banking.models import Operational, Table

run(Table.metadata, Operational.metadata)
