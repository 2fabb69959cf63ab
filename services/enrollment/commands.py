"""What enrollment adds to the command line: the keys of persons, backed up apart."""

from pathlib import Path
from typing import Annotated

import typer

from chassis import key_backup
from chassis.sealing import KeyWrap, SealBroken
from chassis.settings import key_in, load
from services.enrollment.operations import keys
from services.enrollment.settings import Settings

NAME = "enrollment"
NewKey = Annotated[Path, typer.Option(help="Base64 of the 32 bytes of the new master key.")]


def add_commands(commands: typer.Typer) -> None:
    """`keys backup`, `keys restore`, `keys rewrap`."""
    group = key_backup.group(NAME, Settings, keys.PERSONAL)
    group.command("rewrap")(rewrap)
    commands.add_typer(group, name="keys")


def rewrap(new_master_key_file: NewKey) -> None:
    """Wrap all keys under another master key, in one transaction, while the service is stopped.

    Prints JSON. Then name the new file in ENROLLMENT_MASTER_KEY_FILE, start the service, make a
    fresh backup, and destroy the old master key and the backups made under it.
    """
    settings = load(Settings)
    new = KeyWrap(_key_in(new_master_key_file))
    old = KeyWrap(settings.master_key())
    with key_backup.one_line(NAME, SealBroken, keys.ServiceRuns):
        done = key_backup.run(
            NAME, settings, lambda unit: keys.rewrap(unit, old=old, new=new, application=NAME)
        )
    key_backup.tell(**done._asdict())


def _key_in(file: Path) -> bytes:
    try:
        return key_in(file)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
