"""`python -m services.NAME ...`: no more is imported than the command needs."""

import sys
from functools import partial
from importlib import import_module

from chassis import migrating, unhurried


def run(name: str) -> None:
    """Run what the command line asks of a service.

    `migrate` needs its settings and models. It comes before every start, and the rest of a service
    is two seconds of CPU more.
    """
    if sys.argv[1:] == ["migrate"]:
        command = partial(migrating.run, name)
    else:
        service = import_module(f"services.{name}.app").service
        command = partial(import_module("chassis.commands").run, service)
    unhurried.imported()
    command()
