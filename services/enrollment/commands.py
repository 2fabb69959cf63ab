"""What enrollment adds to the command line: the keys of persons, backed up apart."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from chassis import clock
from chassis.sealing import KeyWrap, SealBroken
from chassis.settings import key_in, load
from chassis.state.database import owner_engine
from chassis.state.unit import EVERYWHERE, Unit, Units
from services.enrollment.adapters.key_backup_files import (
    BackupUnreadable,
    read_backup,
    write_backup,
)
from services.enrollment.operations import keys
from services.enrollment.projections import projections
from services.enrollment.settings import Settings

NAME = "enrollment"
File = Annotated[Path, typer.Argument(help="The backup.")]
NewKey = Annotated[Path, typer.Option(help="Base64 of the 32 bytes of the new master key.")]
Done = TypeVar("Done")


def add_commands(commands: typer.Typer) -> None:
    """`keys backup`, `keys restore`, `keys rewrap`."""
    group = typer.Typer(help="The keys of persons, which no other backup holds.")
    group.command("backup")(backup)
    group.command("restore")(restore)
    group.command("rewrap")(rewrap)
    commands.add_typer(group, name="keys")


def backup(file: File) -> None:
    """Write all keys of persons, still wrapped, into a new sealed file for its owner only.

    Prints JSON. Keep it apart from the database and from the master key, and destroy it after the
    day it names.
    """
    settings = load(Settings)
    made = _run(settings, keys.back_up)
    with _of_file(file):
        write_backup(file, made, master_key=settings.master_key())
    _tell(keys=len(made.keys), made_at=made.made_at, destroy_after=made.destroy_after)


def restore(file: File) -> None:
    """Bring keys back from a backup, except those of persons who were erased; and erase these once
    more, as the event log says.

    Prints JSON. When the database was set back, bring its event log up to date first. Keys that
    are there stay as they are.
    """
    settings = load(Settings)
    with _of_file(file):
        held = read_backup(file, master_key=settings.master_key())
    done = _run(settings, lambda unit: keys.restore(unit, held))
    _tell(**done._asdict(), made_at=held.made_at, destroy_after=held.destroy_after)


def rewrap(new_master_key_file: NewKey) -> None:
    """Wrap all keys under another master key, in one transaction, while the service is stopped.

    Prints JSON. Then name the new file in ENROLLMENT_MASTER_KEY_FILE, start the service, make a
    fresh backup, and destroy the old master key and the backups made under it.
    """
    settings = load(Settings)
    new = KeyWrap(_key_in(new_master_key_file))
    old = KeyWrap(settings.master_key())
    done = _run(settings, lambda unit: keys.rewrap(unit, old=old, new=new, application=NAME))
    _tell(**done._asdict())


def _run(settings: Settings, work: Callable[[Unit], Awaitable[Done]]) -> Done:
    """Do it as the owner of the tables, who may take the time and sees every row."""

    async def done() -> Done:
        engine = owner_engine(settings.owner_url(), application=f"{NAME} keys")
        try:
            units = Units(engine, projections, clock.clock_of(settings))
            async with units.bulk(area=EVERYWHERE) as unit:
                return await work(unit)
        finally:
            await engine.dispose()

    with _one_line():
        return asyncio.run(done())


@contextmanager
def _one_line() -> Iterator[None]:
    """What an operator can mend is told in one line, and the command ends with 1."""
    try:
        yield
    except (BackupUnreadable, SealBroken, keys.ServiceRuns) as error:
        typer.echo(f"{NAME}: {error}", err=True)
        raise typer.Exit(1) from None


@contextmanager
def _of_file(file: Path) -> Iterator[None]:
    try:
        with _one_line():
            yield
    except OSError as error:
        typer.echo(f"{NAME}: {file}: {error.strerror}", err=True)
        raise typer.Exit(1) from None


def _key_in(file: Path) -> bytes:
    try:
        return key_in(file)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _tell(**figures: object) -> None:
    typer.echo(json.dumps(figures, default=str))
