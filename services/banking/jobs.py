"""What banking does by itself."""

from collections.abc import Sequence
from functools import partial

from chassis.jobs import Job
from chassis.service import Running
from chassis.state.unit import EVERYWHERE
from services.banking.operations import funds, numbers, payouts, reconciliation
from services.banking.operations.interbank import Interbank
from services.banking.settings import Settings

PAYOUTS_REST_S = 1.0
INTERBANK_REST_S = 0.25
RECONCILIATION_REST_S = 10.0
NUMBERS_REST_S = 5.0
INVOICES_REST_S = 5.0


def jobs(running: Running[Settings]) -> Sequence[Job]:
    """Paying what waited for money, and dealing with the rail."""

    async def pay_waiting() -> bool:
        async with running.units.bulk(area=EVERYWHERE) as unit:
            return await payouts.pay_waiting(unit)

    async def compare_stale() -> bool:
        async with running.units.bulk(area=EVERYWHERE) as unit:
            return await reconciliation.compare_stale(unit)

    running.tools.rail.breaker.show_in(running.metrics.registry)
    interbank = Interbank(running.units, running.tools)
    return (
        Job("payouts", pay_waiting, rest_s=PAYOUTS_REST_S),
        Job("interbank", interbank.step, rest_s=INTERBANK_REST_S),
        Job("reconciliation", compare_stale, rest_s=RECONCILIATION_REST_S),
        Job("numbers", partial(numbers.number_waiting, running.units), rest_s=NUMBERS_REST_S),
        Job("invoices", partial(funds.pay_ordered, running.units), rest_s=INVOICES_REST_S),
    )
