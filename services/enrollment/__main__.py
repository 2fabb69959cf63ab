"""`python -m services.enrollment COMMAND`."""

import chassis.unhurried  # noqa: F401  (first: it spares a fifth of a start)
from chassis.commands import run
from services.enrollment.app import service

run(service)
