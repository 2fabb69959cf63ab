"""`python -m services.banking COMMAND`."""

from chassis.commands import run
from services.banking.app import service

run(service)
