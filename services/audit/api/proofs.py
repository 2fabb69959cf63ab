"""Proofs that an event stands in the record, and that a newer record only adds to an older."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from chassis.bus.admission import Stream
from chassis.state.event_log import SHARDS
from chassis.web.access import ANYWHERE, Caller, Guarded, allowed
from chassis.web.reading import tools
from services.audit.adapters import Tools
from services.audit.api.record import SEQ_MAX
from services.audit.operations import proofs

router = APIRouter(route_class=Guarded, tags=["Checkpoints"])
Number = Annotated[int, Query(ge=1, le=SEQ_MAX)]
Shard = Annotated[int, Path(ge=0, lt=SHARDS)]
Auditing = Annotated[Caller, allowed("auditor", area=ANYWHERE)]


@router.get("/proofs/{topic}/{shard}/{seq}")
async def inclusion(
    topic: str,
    shard: Shard,
    seq: Annotated[int, Path(ge=1, le=SEQ_MAX)],
    size: Number,
    tools: Annotated[Tools, Depends(tools)],
    _caller: Auditing,
) -> proofs.Inclusion:
    """Proof that an event is among the first `size` of its shard, which a checkpoint names."""
    return await proofs.inclusion(tools.archive, Stream(topic, shard), seq, size)


@router.get("/proofs/{topic}/{shard}")
async def consistency(
    topic: str,
    shard: Shard,
    old: Number,
    new: Number,
    tools: Annotated[Tools, Depends(tools)],
    _caller: Auditing,
) -> proofs.Consistency:
    """Proof that a newer checkpoint of a shard only adds to an older one."""
    return await proofs.consistency(tools.archive, Stream(topic, shard), old, new)
