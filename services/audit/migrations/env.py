"""Alembic's entry: the migrations of audit."""

from chassis.state.migrations import run
from services.audit.models import Operational, Table

run(Table.metadata, Operational.metadata)
