"""`python -m services.audit COMMAND`."""

from chassis.commands import run
from services.audit.app import service

run(service)
