"""`python -m services.claims COMMAND`."""

import chassis.unhurried  # noqa: F401  (first: it spares a fifth of a start)
from chassis.commands import run
from services.claims.app import service

run(service)
