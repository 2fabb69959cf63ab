"""`python -m services.claims COMMAND`."""

from chassis.commands import run
from services.claims.app import service

run(service)
