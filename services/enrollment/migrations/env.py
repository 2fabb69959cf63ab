"""Alembic's entry: the migrations of enrollment."""

from chassis.state.migrations import run
from services.enrollment.models import Operational, Table

run(Table.metadata, Operational.metadata)
