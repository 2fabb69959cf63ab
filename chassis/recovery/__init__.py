"""Bring a service back after its database was lost or set back."""

from typing import Any

import typer

from chassis.recovery import command, rebuild_command, rewind
from chassis.service import Service


def add_commands(commands: typer.Typer, service: Service[Any]) -> None:
    """`recover`, `rebuild`, `rewind`."""
    command.add_command(commands, service)
    rebuild_command.add_command(commands, service)
    rewind.add_command(commands, service)
