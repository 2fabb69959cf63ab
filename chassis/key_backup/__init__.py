"""`python -m services.NAME keys`: the keys of persons, backed up apart."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from chassis import clock
from chassis.key_backup import sealed_file, tables
from chassis.key_backup.sealed_file import BackupUnreadable
from chassis.key_backup.tables import KEYS, PersonalKeys
from chassis.settings import SealingSettings, load
from chassis.state.database import owner_engine
from chassis.state.projections import Projections
from chassis.state.unit import EVERYWHERE, Unit, Units

File = Annotated[Path, typer.Argument(help="The backup.")]
Done = TypeVar("Done")


def group(name: str, settings_class: type[SealingSettings], keys: PersonalKeys) -> typer.Typer:
    """`backup`, `restore` of one service."""
    commands = typer.Typer(help="The keys of persons, which no other backup holds.")

    @commands.command()
    def backup(file: File) -> None:
        """Write all keys of persons, still wrapped, into a new sealed file for its owner only.

        Prints JSON. Keep it apart from the database and from the master key, and destroy it after
        the day it names.
        """
        settings = load(settings_class)
        made = run(name, settings, lambda unit: tables.back_up(unit, keys))
        count = len(made.tables[KEYS])
        with _of_file(name, file):
            master_key = settings.master_key()
            sealed_file.write(file, made, service=name, keys=count, master_key=master_key)
        tell(keys=count, made_at=made.made_at, destroy_after=made.destroy_after)

    @commands.command()
    def restore(file: File) -> None:
        """Bring keys back from a backup, except those of persons who were erased; and erase these
        once more, as the event log says.

        Prints JSON. When the database was set back, bring its event log up to date first. Keys that
        are there stay as they are.
        """
        settings = load(settings_class)
        with _of_file(name, file):
            held = sealed_file.read(file, service=name, master_key=settings.master_key())
        done = run(name, settings, lambda unit: tables.restore(unit, held, keys))
        tell(**done._asdict(), made_at=held.made_at, destroy_after=held.destroy_after)

    return commands


def run(name: str, settings: SealingSettings, work: Callable[[Unit], Awaitable[Done]]) -> Done:
    """Do it as the owner of the tables, who may take the time and sees every row."""

    async def done() -> Done:
        engine = owner_engine(settings.owner_url(), application=f"{name} keys")
        try:
            units = Units(engine, Projections(), clock.clock_of(settings))
            async with units.bulk(area=EVERYWHERE) as unit:
                return await work(unit)
        finally:
            await engine.dispose()

    return asyncio.run(done())


@contextmanager
def one_line(name: str, *faults: type[Exception]) -> Iterator[None]:
    """What an operator can mend is told in one line, and the command ends with 1."""
    try:
        yield
    except faults as error:
        typer.echo(f"{name}: {error}", err=True)
        raise typer.Exit(1) from None


@contextmanager
def _of_file(name: str, file: Path) -> Iterator[None]:
    try:
        with one_line(name, BackupUnreadable):
            yield
    except OSError as error:
        typer.echo(f"{name}: {file}: {error.strerror}", err=True)
        raise typer.Exit(1) from None


def tell(**figures: object) -> None:
    """Print the answer as JSON."""
    typer.echo(json.dumps(figures, default=str))
