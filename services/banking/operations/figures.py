"""Tell how the bank stands."""

from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.banking.queries import figures as queries
from services.banking.rules.ledger import INSURER, OUTSIDE, fund_of


class Fund(BaseModel):
    """What is left of a province's money for a programme."""

    programme_id: UUID
    name: str
    balance: int


class LedgerStanding(BaseModel):
    """Whether the books are right, over all accounts of the bank."""

    debits: int
    credits: int
    sum_of_balances: int
    """0: what one account has another has given."""
    accounts_off: int
    """Accounts whose balance is not the sum of their transfers."""
    accounts_overdrawn: int
    balanced: bool


class PayoutsStanding(BaseModel):
    """Payouts by how far they are."""

    ordered: int = 0
    submitted: int = 0
    settled: int = 0
    failed: int = 0


class Figures(BaseModel):
    """The bank in figures. Accounts, invoices and payouts are those of the area; funds those of its
    province; the insurer's balance and the ledger are the whole bank's. Amounts in rupiah.
    """

    area: str
    accounts_opened: int
    """Members' only."""
    accounts_deferred: int
    accounts_blocked: int
    heir_accounts: int
    invoices_issued: int
    invoices_paid: int
    invoices_unpaid: int
    contributions_paid: int
    funds: list[Fund]
    insurer_balance: int
    payouts: PayoutsStanding
    payouts_unknown: int
    """Submitted ones that are asked about no more: a person has to ask the other bank."""
    amount_settled: int
    ledger: LedgerStanding


async def figures(session: AsyncSession, *, area: str) -> Figures:
    """The bank as it stands now."""
    payouts = await queries.payouts(session, area=area)
    return Figures(
        area=area,
        **await queries.accounts(session, area=area),
        **await queries.invoices(session, area=area),
        funds=await _funds(session, area=area),
        insurer_balance=(await queries.balances(session, [INSURER])).get(INSURER, 0),
        payouts=PayoutsStanding(**{state: number for state, (number, _, _) in payouts.items()}),
        payouts_unknown=payouts.get("submitted", (0, 0, 0))[2],
        amount_settled=payouts.get("settled", (0, 0, 0))[1],
        ledger=await _ledger(session),
    )


async def _funds(session: AsyncSession, *, area: str) -> list[Fund]:
    programmes = await queries.programmes(session, area=area)
    balances = await queries.balances(session, [fund_of(each) for each in programmes])
    return [
        Fund(programme_id=each, name=name, balance=balances.get(fund_of(each), 0))
        for each, name in programmes.items()
    ]


async def _ledger(session: AsyncSession) -> LedgerStanding:
    found = await queries.ledger(session, outside=OUTSIDE)
    balanced = found["debits"] == found["credits"] and not (
        found["sum_of_balances"] or found["accounts_off"] or found["accounts_overdrawn"]
    )
    return LedgerStanding(**found, balanced=balanced)
