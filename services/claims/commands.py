"""What claims adds to the command line: what-if, and the keys of persons, backed up apart."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from chassis import key_backup, working_days
from chassis.key_backup.tables import PersonalKeys
from chassis.settings import load
from chassis.state.database import owner_engine
from contracts.refusal import Refused
from services.claims.operations.what_if.answer import Answer, answer
from services.claims.operations.what_if.replaying import what_if
from services.claims.rules.amendments import Amendment, amendment, amendments
from services.claims.settings import Settings

PERSONAL = PersonalKeys()

Benefits = Annotated[
    Path | None,
    typer.Option(help="A copy of rules/benefits.toml, or the [[row]]s of it that change."),
]
Set = Annotated[
    list[str] | None, typer.Option("--set", help="RULE=NUMBER or RULE=NUMBER@DAY, several times.")
]
Progress = Annotated[
    bool,
    typer.Option("--progress", help="Tell how far it is, a line of JSON each time."),
]


def add_commands(commands: typer.Typer) -> None:
    """`what-if`; `keys backup`, `keys restore`."""
    commands.command("what-if")(what_if_)
    commands.add_typer(key_backup.group("claims", Settings, PERSONAL), name="keys")


def what_if_(benefits: Benefits = None, changes: Set = None, *, progress: Progress = False) -> None:
    """Decide every claim again by other benefits, in a scratch schema, and tell what differs.

    Prints JSON. First the record is decided again by the rules in force: exit 1 and the claims,
    when something comes out otherwise. Publishes nothing and changes nothing.
    """
    try:
        asked = [*_in_file(benefits), *map(amendment, changes or ())]
    except Refused as refusal:
        raise typer.BadParameter(str(refusal)) from None
    found = asyncio.run(_what_if(load(Settings), asked, progress=progress))
    typer.echo(found.model_dump_json())
    raise typer.Exit(0 if found.holds else 1)


def _in_file(file: Path | None) -> list[Amendment]:
    if file is None:
        return []
    try:
        return amendments(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"cannot read {file}: {error}") from None


async def _what_if(settings: Settings, asked: list[Amendment], *, progress: bool) -> Answer:
    def told(done: int, of: int) -> None:
        if progress:
            typer.echo(json.dumps({"done": done, "of": of}))

    working_days.observe_joint_leave(off=settings.joint_leave_off)
    owner = owner_engine(settings.owner_url(), application="claims what-if")
    try:
        return answer(await what_if(owner, settings, asked, told=told), asked)
    finally:
        await owner.dispose()
