"""`python -m services.enrollment COMMAND`."""

from chassis.commands import run
from services.enrollment.app import service

run(service)
