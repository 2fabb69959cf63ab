"""`python -m services.audit COMMAND`."""

import chassis.unhurried  # noqa: F401  (first: it spares a fifth of a start)
from chassis.main import run

run("audit")
