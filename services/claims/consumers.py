"""Events that claims listens to. Each function is a hand-over to operations."""

from collections.abc import Sequence

from chassis.bus.handlers import Handlers
from chassis.state.unit import Unit
from contracts.banking import CashPaidOut, PayoutFailed, PayoutSettled
from contracts.enrollment import ContributionPaid
from services.claims.operations import closing, warnings
from services.claims.projections import replicas

handlers = Handlers(replicas)


@handlers.on(PayoutSettled)
async def on_payout_settled(unit: Unit, settled: Sequence[PayoutSettled]) -> None:
    await closing.take_settled(unit, settled)
    await warnings.take_payouts(unit, settled)


@handlers.on(PayoutFailed)
async def on_payout_failed(unit: Unit, failed: Sequence[PayoutFailed]) -> None:
    await warnings.take_payouts(unit, failed)


@handlers.on(CashPaidOut)
async def on_cash_paid_out(unit: Unit, taken: Sequence[CashPaidOut]) -> None:
    await warnings.take_withdrawn(unit, taken)


@handlers.on(ContributionPaid)
async def on_contribution_paid(unit: Unit, paid: Sequence[ContributionPaid]) -> None:
    await closing.take_paid_months(unit, paid)
