"""Events that enrollment listens to. Each function is a hand-over to an operation."""

from collections.abc import Sequence

from chassis.bus.handlers import Handlers
from chassis.state.unit import Unit
from contracts.banking import AccountOpened, InvoicePaid
from contracts.claims import ClaimRejected, ClaimVerified
from services.enrollment.operations import contributions, members
from services.enrollment.projections import replicas

INVOICES_MAX = 50
"""Of one transaction: each is of the hundreds of members of a kecamatan, or of a few thousand."""

handlers = Handlers(replicas)


@handlers.on(AccountOpened)
async def on_account_opened(unit: Unit, opened: Sequence[AccountOpened]) -> None:
    await members.link_accounts(unit, opened)


@handlers.on(InvoicePaid, records_max=INVOICES_MAX)
async def on_invoice_paid(unit: Unit, paid: Sequence[InvoicePaid]) -> None:
    await contributions.take_payment(unit, paid)


@handlers.on(ClaimVerified)
async def on_claim_verified(unit: Unit, verified: Sequence[ClaimVerified]) -> None:
    await members.end_covers(unit, verified)


@handlers.on(ClaimRejected)
async def on_claim_rejected(unit: Unit, rejected: Sequence[ClaimRejected]) -> None:
    await members.restore_covers(unit, rejected)
