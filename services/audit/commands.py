"""What audit adds to the command line."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from chassis.settings import load
from chassis.state.database import runtime_engine
from services.audit.adapters.signing import Signer
from services.audit.adapters.verification import Verifier
from services.audit.operations import verifications
from services.audit.operations.verifications import Seen
from services.audit.rules import reports
from services.audit.settings import Settings


def add_commands(commands: typer.Typer) -> None:
    """`verify`, `sign`."""

    @commands.command()
    def verify() -> None:
        """Look through the whole archive and compare it with the last signed checkpoint.

        Prints JSON. Exit 0: whole; 1: something is not as it was. Changes nothing, and may run
        while the service does.
        """
        seen = asyncio.run(_look_through(load(Settings)))
        typer.echo(seen.verification.model_dump_json())
        raise typer.Exit(1 if seen.damage else 0)

    @commands.command()
    def sign(
        files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)],
        note: Annotated[Path, typer.Option(help="Where the signed note goes.", metavar="FILE")],
    ) -> None:
        """Sign files that belong together, such as a report, with the key of the checkpoints.

        The note names each by its SHA-256; `standalone/verify_report.py` checks it. Prints JSON.
        """
        signer = Signer(load(Settings).signing_key())
        try:
            text = reports.report_text({file.name: file.read_bytes() for file in files})
        except reports.NameUnfit as error:
            raise typer.BadParameter(str(error)) from error
        note.write_text(signer.note(text), encoding="utf-8")
        typer.echo(json.dumps({"note": str(note), "key": str(signer.verifier)}))


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
