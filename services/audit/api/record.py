"""The record itself: its figures, one event of it, its verification."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from chassis.bus.admission import Stream
from chassis.state.event_log import SHARDS
from chassis.web.access import ANYWHERE, Caller, Guarded, allowed
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Session, tools
from services.audit.adapters import Tools
from services.audit.operations import lookups, verifications

router = APIRouter(route_class=Guarded, tags=["Record"])
SEQ_MAX = 10**18 - 1


class Verify(Asked):
    """Asks for a verification: there is nothing to choose."""


@router.post("/verifications", response_model=verifications.Verification)
async def verify(
    _asked: Verify,
    command: Annotated[Command, command("auditor", area=ANYWHERE)],
    tools: Annotated[Tools, Depends(tools)],
) -> Response:
    """Look through the whole record; sign a checkpoint over it, or raise a finding."""
    seen = await verifications.look_through(
        command.units.engine, verifier=tools.verifier, signer=tools.signer
    )
    return await command.run(
        lambda unit: verifications.conclude(
            unit, seen, tools=tools, by=command.caller, cause=command.cause
        )
    )


@router.get("/figures")
async def figures(
    session: Session,
    tools: Annotated[Tools, Depends(tools)],
    _caller: Annotated[Caller, allowed("auditor", "admin", area=ANYWHERE)],
) -> lookups.Figures:
    """The archive in figures."""
    return await lookups.figures(session, tools.archive)


@router.get("/events/{topic}/{shard}/{seq}")
async def event(
    topic: str,
    shard: Annotated[int, Path(ge=0, lt=SHARDS)],
    seq: Annotated[int, Path(ge=1, le=SEQ_MAX)],
    tools: Annotated[Tools, Depends(tools)],
    _caller: Annotated[Caller, allowed("auditor", area=ANYWHERE)],
) -> lookups.ArchivedEvent:
    """One archived event; what it holds of a person is sealed."""
    return await lookups.event(tools.archive, Stream(topic, shard), seq)
