"""How audit's events change its tables, live and in replay."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.projections import Projections
from chassis.state.tables import insert_rows
from contracts.audit import CheckpointSigned, FindingRaised
from services.audit.models import Checkpoint, Finding

projections = Projections()
replicas = Projections()


@projections.applies(CheckpointSigned)
async def checkpoints_signed(session: AsyncSession, events: Sequence[CheckpointSigned]) -> None:
    """The archive was vouched for."""
    await insert_rows(
        session,
        Checkpoint,
        [
            {
                "checkpoint_id": e.checkpoint_id,
                "heads": [head.model_dump() for head in e.heads],
                "events": e.events,
                "root": e.root,
                "signature": e.signature,
                "signed_by": e.signed_by,
                "signed_at": e.occurred_at,
            }
            for e in events
        ],
    )


@projections.applies(FindingRaised)
async def findings_raised(session: AsyncSession, events: Sequence[FindingRaised]) -> None:
    """Something was found."""
    await insert_rows(
        session,
        Finding,
        [
            {
                "finding_id": e.finding_id,
                "kind": e.kind,
                "place": e.place,
                "detail": e.detail,
                "raised_at": e.occurred_at,
            }
            for e in events
        ],
    )
