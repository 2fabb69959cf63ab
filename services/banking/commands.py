"""What banking adds to the command line: the keys of persons, backed up apart."""

import typer

from chassis import key_backup
from chassis.key_backup.tables import PersonalKeys
from services.banking.settings import Settings

PERSONAL = PersonalKeys()


def add_commands(commands: typer.Typer) -> None:
    """`keys backup`, `keys restore`."""
    commands.add_typer(key_backup.group("banking", Settings, PERSONAL), name="keys")
