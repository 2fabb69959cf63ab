"""Checkpoints: what anybody needs to check the record without us."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from fastapi.responses import PlainTextResponse
from pydantic import Field

from chassis.web.access import ANYWHERE, Caller, Guarded, allowed, public
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Session, tools
from contracts.audit import NOTE_CHARACTERS_MAX
from services.audit.adapters import Tools
from services.audit.operations import checkpoints

router = APIRouter(route_class=Guarded, tags=["Checkpoints"])


class Cosign(Asked):
    """A checkpoint's note with the line of a witness behind it."""

    note: Annotated[str, Field(max_length=NOTE_CHARACTERS_MAX)]


@router.get("/checkpoint")
async def latest(
    session: Session,
    tools: Annotated[Tools, Depends(tools)],
    _caller: Annotated[Caller, allowed("auditor", "admin", area=ANYWHERE)],
) -> checkpoints.Vouched:
    """The newest checkpoint with its signed note."""
    return await checkpoints.latest(session, tools=tools)


@router.get("/checkpoint-key", response_class=PlainTextResponse, dependencies=[public])
async def key(tools: Annotated[Tools, Depends(tools)]) -> str:
    """The public key of our checkpoints, `NAME+HASH+BASE64`, for any tool that reads signed
    notes."""
    return f"{tools.signer.verifier}\n"


@router.post("/checkpoints/{checkpoint_id}/cosignature", response_model=checkpoints.Vouched)
async def cosign(
    checkpoint_id: UUID,
    asked: Cosign,
    tools: Annotated[Tools, Depends(tools)],
    command: Annotated[Command, command("auditor", area=ANYWHERE)],
) -> Response:
    """Keep the signature of a witness, whose key the service knows."""
    return await command.run(
        lambda unit: checkpoints.cosign(
            unit, checkpoint_id, asked.note, tools=tools, by=command.caller, cause=command.cause
        )
    )
