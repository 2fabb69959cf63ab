"""Events that enrollment listens to. Each function is a hand-over to an operation."""

from collections.abc import Sequence

from chassis.bus.handlers import Handlers
from chassis.state.unit import Unit
from contracts.banking import AccountOpened, InvoicePaid
from contracts.claims import ClaimVerified
from services.enrollment.operations import contributions, members
from services.enrollment.projections import replicas

handlers = Handlers(replicas)


@handlers.on(AccountOpened)
async def on_account_opened(unit: Unit, opened: Sequence[AccountOpened]) -> None:
    await members.link_accounts(unit, opened)


@handlers.on(InvoicePaid)
async def on_invoice_paid(unit: Unit, paid: Sequence[InvoicePaid]) -> None:
    await contributions.take_payment(unit, paid)


@handlers.on(ClaimVerified)
async def on_claim_verified(unit: Unit, verified: Sequence[ClaimVerified]) -> None:
    await members.end_covers(unit, verified)
