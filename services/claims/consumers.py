"""Events that claims listens to. Each function is a hand-over to an operation."""

from collections.abc import Sequence

from chassis.bus.handlers import Handlers
from chassis.state.unit import Unit
from contracts.banking import PayoutSettled
from services.claims.operations import decisions
from services.claims.projections import replicas

handlers = Handlers(replicas)


@handlers.on(PayoutSettled)
async def on_payout_settled(unit: Unit, settled: Sequence[PayoutSettled]) -> None:
    await decisions.take_settled(unit, settled)
