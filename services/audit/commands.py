"""What audit adds to the command line."""

import asyncio

import typer

from chassis.settings import load
from chassis.state.database import runtime_engine
from services.audit.adapters.signing import Signer
from services.audit.adapters.verification import Verifier
from services.audit.operations import verifications
from services.audit.operations.verifications import Seen
from services.audit.settings import Settings


def add_commands(commands: typer.Typer) -> None:
    """`verify`."""

    @commands.command()
    def verify() -> None:
        """Look through the whole archive and compare it with the last signed checkpoint.

        Prints JSON. Exit 0: whole; 1: something is not as it was. Changes nothing, and may run
        while the service does.
        """
        seen = asyncio.run(_look_through(load(Settings)))
        typer.echo(seen.verification.model_dump_json())
        raise typer.Exit(1 if seen.damage else 0)


async def _look_through(settings: Settings) -> Seen:
    engine = runtime_engine(settings.database_url.get_secret_value(), application="audit verify")
    try:
        return await verifications.look_through(
            engine,
            verifier=Verifier(settings.archive_folder),
            signer=Signer(settings.signing_key()),
        )
    finally:
        await engine.dispose()
