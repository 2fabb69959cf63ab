"""Events that banking listens to. Each function is a hand-over to an operation."""

from collections.abc import Sequence

from chassis.bus.handlers import Handlers
from chassis.state.unit import Unit
from contracts.claims import (
    ClaimApproved,
    ClaimFiled,
    ClaimRejected,
    CompensationAwarded,
    HeirRegistered,
    LinesReleased,
    ScholarshipDecided,
)
from contracts.enrollment import WorkerAmended, WorkerEnrolled
from services.banking.operations import accounts, payouts
from services.banking.projections import replicas

handlers = Handlers(replicas)


@handlers.on(WorkerEnrolled)
async def on_worker_enrolled(unit: Unit, enrolled: Sequence[WorkerEnrolled]) -> None:
    await accounts.open_for_members(unit, enrolled)


@handlers.on(WorkerAmended)
async def on_worker_amended(unit: Unit, amended: Sequence[WorkerAmended]) -> None:
    await accounts.open_with_papers(unit, amended)


@handlers.on(ClaimFiled)
async def on_claim_filed(unit: Unit, filed: Sequence[ClaimFiled]) -> None:
    await accounts.block(unit, filed)


@handlers.on(HeirRegistered)
async def on_heir_registered(unit: Unit, registered: Sequence[HeirRegistered]) -> None:
    await accounts.open_for_heirs(unit, registered)


@handlers.on(ClaimRejected)
async def on_claim_rejected(unit: Unit, rejected: Sequence[ClaimRejected]) -> None:
    await accounts.unblock(unit, rejected)


@handlers.on(ClaimApproved)
async def on_claim_approved(unit: Unit, approved: Sequence[ClaimApproved]) -> None:
    await payouts.order(unit, approved)


@handlers.on(LinesReleased)
async def on_lines_released(unit: Unit, released: Sequence[LinesReleased]) -> None:
    await payouts.order(unit, released)


@handlers.on(CompensationAwarded)
async def on_compensation_awarded(unit: Unit, awarded: Sequence[CompensationAwarded]) -> None:
    await payouts.order(unit, awarded)


@handlers.on(ScholarshipDecided)
async def on_scholarship_decided(unit: Unit, decided: Sequence[ScholarshipDecided]) -> None:
    await payouts.order(unit, decided)
