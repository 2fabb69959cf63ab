"""What enrollment adds to the command line: what-if, and the keys of persons, backed up apart."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from chassis import key_backup
from chassis.sealing import KeyWrap, SealBroken
from chassis.settings import key_in, load
from chassis.state.database import owner_engine
from contracts.refusal import Refused
from services.enrollment.operations import keys
from services.enrollment.operations.what_if.answer import Answer, answer
from services.enrollment.operations.what_if.replaying import what_if
from services.enrollment.rules.what_if.prices import Price, price
from services.enrollment.settings import Settings

NAME = "enrollment"
Amount = Annotated[int | None, typer.Option(help="Rupiah of a member's month.")]
From = Annotated[
    str | None, typer.Option("--from", help="The first month that costs so much: 2025-09.")
]
Progress = Annotated[
    bool,
    typer.Option("--progress", help="Tell how far it is, a line of JSON each time."),
]
NewKey = Annotated[Path, typer.Option(help="Base64 of the 32 bytes of the new master key.")]


def add_commands(commands: typer.Typer) -> None:
    """`what-if`; `keys backup`, `keys restore`, `keys rewrap`."""
    commands.command("what-if")(what_if_)
    group = key_backup.group(NAME, Settings, keys.PERSONAL)
    group.command("rewrap")(rewrap)
    commands.add_typer(group, name="keys")


def what_if_(amount: Amount = None, month: From = None, *, progress: Progress = False) -> None:
    """Bill and pay every month again at another contribution, in a scratch schema, and tell what
    differs.

    Prints JSON. First everything is decided again by the prices that the programmes were opened
    with: exit 1 and the events, when something comes out otherwise. Publishes nothing and changes
    nothing.
    """
    if amount is None and month is not None:
        raise typer.BadParameter("--from needs --amount")
    try:
        asked = None if amount is None else price(amount, month)
    except Refused as refusal:
        raise typer.BadParameter(str(refusal)) from None
    found = asyncio.run(_what_if(load(Settings), asked, progress=progress))
    typer.echo(found.model_dump_json())
    raise typer.Exit(0 if found.holds else 1)


async def _what_if(settings: Settings, asked: Price | None, *, progress: bool) -> Answer:
    def told(done: int, of: int) -> None:
        if progress:
            typer.echo(json.dumps({"done": done, "of": of}))

    owner = owner_engine(settings.owner_url(), application=f"{NAME} what-if")
    try:
        return answer(await what_if(owner, asked, told=told), asked)
    finally:
        await owner.dispose()


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
