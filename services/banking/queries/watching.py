"""What whoever runs the bank's service watches: its metrics beside those of the bus."""

from typing import Any

from sqlalchemy import text

from chassis.gauges import Figure, Values, Watch
from chassis.service import Running
from chassis.state.unit import EVERYWHERE
from services.banking.queries import figures, payout_money
from services.banking.rules.ledger import OUTSIDE

LEDGER_EVERY_S = 300.0
"""It adds up every transfer there ever was: 0.3 s over 1.2 million."""

_PAYOUTS = text("""
    SELECT count(*) FILTER (WHERE state = 'ordered') AS ordered,
           count(*) FILTER (WHERE state = 'submitted') AS submitted,
           count(*) FILTER (WHERE stopped_reason IS NOT NULL) AS stopped,
           count(*) FILTER (WHERE state = 'submitted' AND tries > 0 AND next_try_at IS NOT NULL)
               AS asked,
           count(*) FILTER (WHERE state = 'submitted' AND sent_at IS NOT NULL
               AND next_try_at IS NULL) AS given_up,
           coalesce(extract(epoch FROM now() - min(sent_at) FILTER (WHERE state = 'submitted'
               AND (tries > 0 OR next_try_at IS NULL))), 0)::float8 AS age_s
    FROM payouts LEFT JOIN submission USING (payout_id)
    WHERE state IN ('ordered', 'submitted')""")
_UNPAID = text("SELECT count(*) FROM payments WHERE paid_at IS NULL")
_DIFFERENCES = text("SELECT count(*) FROM differences WHERE state IN ('open', 'explained')")


async def _payments(running: Running[Any]) -> Values:
    async with running.units.reading(area=EVERYWHERE) as session:
        found = (await session.execute(_PAYOUTS)).mappings().one()
        unpaid = await session.scalar(_UNPAID)
        differences = await session.scalar(_DIFFERENCES)
        money = await payout_money.waited_for(session, area=None)
    return {
        "payouts_open": {state: found[state] for state in ("ordered", "submitted", "stopped")},
        "payouts_unknown": {"rail": found["asked"], "person": found["given_up"]},
        "payouts_unknown_age_seconds": found["age_s"],
        "payouts_waiting_for_money": money["payouts"],
        "insurer_shortfall_rupiah": money["shortfall"],
        "invoices_unpaid": unpaid or 0,
        "rail_differences_open": differences or 0,
    }


async def _books(running: Running[Any]) -> Values:
    async with running.units.reading(area=EVERYWHERE) as session:
        found = await figures.ledger(session, outside=OUTSIDE)
    return {
        "ledger_debits_rupiah": found["debits"],
        "ledger_credits_rupiah": found["credits"],
        "ledger_sum_of_balances_rupiah": found["sum_of_balances"],
        "ledger_accounts_off": found["accounts_off"],
        "ledger_accounts_overdrawn": found["accounts_overdrawn"],
    }


WATCHES = (
    Watch(
        "payments",
        (
            Figure("payouts_open", "Payouts that have not ended, by how far they are", "state"),
            Figure(
                "payouts_unknown",
                "Payouts sent to the rail of which nobody knows what became of them, by who is "
                "asked: the rail again and again, or the other bank by a person",
                "asked",
            ),
            Figure("payouts_unknown_age_seconds", "Since the oldest of these was sent, real time"),
            Figure(
                "payouts_waiting_for_money", "Ordered payouts that the Insurer account cannot carry"
            ),
            Figure("insurer_shortfall_rupiah", "What the Insurer account lacks for all of these"),
            Figure("invoices_unpaid", "Invoices ordered to be paid for which money lacks"),
            Figure("rail_differences_open", "Transfers on which the rail and the bank differ"),
        ),
        _payments,
    ),
    Watch(
        "ledger",
        (
            Figure("ledger_debits_rupiah", "All that left an account"),
            Figure("ledger_credits_rupiah", "All that came to one"),
            Figure("ledger_sum_of_balances_rupiah", "0: what one has another has given"),
            Figure("ledger_accounts_off", "Accounts whose balance is not the sum of transfers"),
            Figure("ledger_accounts_overdrawn", "Accounts below zero that may not be"),
        ),
        _books,
        every_s=LEDGER_EVERY_S,
    ),
)
