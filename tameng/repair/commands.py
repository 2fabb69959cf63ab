"""Commands that repair: recover, back up, restore, rebuild, rewind."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from chassis.bus.topics import Topics
from tameng.checks import passed_on
from tameng.environment import SERVICES
from tameng.machine import machine, service_command
from tameng.problems import Problem
from tameng.repair import backup as backups
from tameng.repair import folders, readers
from tameng.repair import restore as restores
from tameng.repair.asking import asked
from tameng.state import Say
from tameng.where import STATE, State, describe

Fresh = Annotated[
    Path, typer.Option("--state", help="A fresh folder for the machine.", metavar="FOLDER")
]
KeysFolder = Annotated[Path, typer.Option("--keys", help="A backup of keys.", metavar="FOLDER")]
Service = Annotated[str, typer.Argument(help=f"One of {', '.join(SERVICES)}.")]
relay = typer.Typer(help="What copies a service's log to its topic.", no_args_is_help=True)


def add_commands(app: typer.Typer) -> None:
    """`recover`, `backup`, `restore`, `rebuild`, `relay rewind`."""
    for command in (recover, backup, restore, rebuild):
        app.command()(command)
    app.add_typer(relay, name="relay")


def recover(
    service: Service,
    archive: Annotated[
        Path | None,
        typer.Option(help="Read this archive first: the topics are lost too.", metavar="FOLDER"),
    ] = None,
    state: State = STATE,
) -> None:
    """Bring a service's database that was restored from a backup forward from its own topic.

    Nothing runs in the state folder meanwhile but what this starts. No number is used twice.
    """
    _check(service)
    words = ["--archive", str(archive)] if archive else []
    asyncio.run(_recover(service, words, state))


async def _recover(service: str, words: Sequence[str], state: Path) -> None:
    async with machine(state=state, fresh=False, say=_say, services=()) as running:
        environments = running.described.environments
        done = await asked(environments, service, "recover", *words)
        topic = Topics(running.described.topic_prefix).of(service)
        await readers.check(environments, service, done["heads"], topic=topic)
    _say(f"{service}: {done['brought']:,} events brought back under the numbers they had")
    _say(f"{service}: {done['handled_again']:,} events of others handled again")
    _say(f"now `tameng up --state {state}`")


def backup(
    folder: Annotated[
        Path | None, typer.Argument(help="A fresh folder: databases, archive, scans.")
    ] = None,
    keys: Annotated[
        Path | None, typer.Option(help="A fresh folder for the keys, apart.", metavar="FOLDER")
    ] = None,
    state: State = STATE,
) -> None:
    """Back up a machine that runs: the data into FOLDER, the keys into the folder of --keys.

    Keys are kept apart from data, and destroyed after the day that is told: otherwise a person who
    was erased could be read again.
    """
    if folder is None and keys is None:
        raise Problem("name a folder for the data, or one for the keys with --keys, or both")
    if folder is not None and keys is not None:
        folders.check_apart(folder, keys)
    if folder is not None:
        made = asyncio.run(backups.back_up_data(state, folder, say=_say))
        _say(f"{folder}: {len(made['files']):,} files, made at {made['made_at']}")
    if keys is not None:
        made = asyncio.run(backups.back_up_keys(state, keys, say=_say))
        _say(f"{keys}: destroy it after {made['destroy_after']}; it opens every name")


def restore(folder: Path, keys: KeysFolder, state: Fresh) -> None:
    """Make a machine of a backup and its keys, as far as the backup's archive goes."""
    _restore(restores.of_backup(folder, keys=keys), state)


def rebuild(
    archive: Annotated[Path, typer.Option(help="The archive of the audit.", metavar="FOLDER")],
    keys: KeysFolder,
    state: Fresh,
    blobs: Annotated[
        Path | None, typer.Option(help="The scans, where they are left.", metavar="FOLDER")
    ] = None,
) -> None:
    """Make a machine of the archive and a backup of keys alone: every log, table and topic anew.

    What no event holds and no key backup either does not come back: rosters that were being worked
    through, stored answers, and scans unless --blobs names them.
    """
    sources = restores.of_archive(archive, keys=keys, blobs=blobs)
    _restore(sources, state)


def _restore(sources: restores.Sources, state: Path) -> None:
    restores.lay_out(sources, state, say=_say)
    asyncio.run(restores.brought_up(sources, state, say=_say))
    _say(f"now `tameng up --state {state}`: the relays fill the topics from the logs")


@relay.command()
def rewind(
    service: Service,
    shard: Annotated[int, typer.Option(help="Which shard of the log.")],
    from_seq: Annotated[int, typer.Option("--from", help="The first number to send.")],
    state: State = STATE,
) -> None:
    """Have a service's relay send a shard again from a number on; readers drop what they know."""
    _check(service)
    words = ("rewind", "--shard", str(shard), "--from", str(from_seq))
    environment = describe(state).environments[service]
    raise typer.Exit(asyncio.run(passed_on(service_command(service, *words), environment)))


def _check(service: str) -> None:
    if service not in SERVICES:
        raise Problem(f"no service {service}: one of {', '.join(SERVICES)}")


_say: Say = typer.echo
