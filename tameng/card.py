"""`tameng card`: what the code on a member's card says, and whether it is genuine."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from pydantic import BaseModel, TypeAdapter, ValidationError

from chassis.local_time import local_day
from contracts.refusal import Refused
from services.enrollment.adapters.card_tokens import CardVerifier
from tameng.problems import Problem

FILE_BYTES_MAX = 16 * 1024 * 1024
_JSON_OBJECT = TypeAdapter(dict[str, Any])
commands = typer.Typer(help="Members' cards.", no_args_is_help=True)


class Revocations(BaseModel):
    """The cards that are good no more: what `GET /cards/revocations` answers."""

    card_ids: frozenset[UUID]
    as_of: datetime


@commands.callback()
def card() -> None:
    """Members' cards: check one without a connection."""


@commands.command(
    epilog="Example: tameng card verify eyJhbGciOiJFZERTQSIs… --key card-keys.json "
    "--revoked revocations.json"
)
def verify(
    token: Annotated[
        str, typer.Argument(help="What a phone reads from the QR of the card.", metavar="TOKEN")
    ],
    key: Annotated[
        Path,
        typer.Option(
            help="The public keys of cards, a JWK set from the enrollment service.",
            metavar="JWKS_FILE",
        ),
    ],
    revoked: Annotated[
        Path | None,
        typer.Option(
            help="Lost and replaced cards, as `GET /cards/revocations` gave them. Without it "
            "a lost card passes.",
            metavar="FILE",
        ),
    ] = None,
) -> None:
    """Check the code of a member's card, offline: genuine, or refused and why.

    Compare what is printed here with what stands on the card. Exit 1 when the card is refused.
    """
    verifier = _verifier(key)
    known = _revocations(revoked) if revoked else None
    try:
        claims = verifier.verify(token, [str(each) for each in known.card_ids] if known else ())
    except Refused as refusal:
        typer.echo(f"REFUSED ({refusal.slug}): {refusal}")
        raise typer.Exit(1) from None
    typer.echo("valid: a genuine card")
    typer.echo(f"  name       {claims.name}")
    typer.echo(f"  KPJ        {claims.kpj}")
    typer.echo(f"  programme  {claims.programme}")
    typer.echo(f"  printed    {local_day(claims.printed_at)}")
    typer.echo(f"  card       {claims.card_id}")
    checked = f"as of {known.as_of.isoformat()}" if known else "not checked: give --revoked FILE"
    typer.echo(f"lost cards: {checked}")


def _verifier(key_file: Path) -> CardVerifier:
    try:
        return CardVerifier(_JSON_OBJECT.validate_json(_read(key_file)))
    except ValidationError:
        raise Problem(f"{key_file} holds no public keys of cards: it is no JSON object") from None
    except ValueError as error:
        raise Problem(f"{key_file} holds no public keys of cards: {error}") from None


def _revocations(file: Path) -> Revocations:
    try:
        return Revocations.model_validate_json(_read(file))
    except ValidationError:
        raise Problem(f"{file} is not the answer of GET /cards/revocations: get it again") from None


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > FILE_BYTES_MAX:
            raise Problem(f"{file} is too large to be what it should be")
        return file.read_bytes()
    except OSError as error:
        raise Problem(f"cannot read {file}: {error.strerror}") from None
