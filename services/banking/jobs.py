"""What banking does by itself."""

from collections.abc import Sequence

from chassis.jobs import Job
from chassis.service import Running
from chassis.state.unit import EVERYWHERE
from services.banking.operations import payouts
from services.banking.operations.interbank import Interbank
from services.banking.settings import Settings

PAYOUTS_REST_S = 1.0
INTERBANK_REST_S = 0.25


def jobs(running: Running[Settings]) -> Sequence[Job]:
    """Paying what waited for money, and dealing with the rail."""

    async def pay_waiting() -> bool:
        async with running.units.bulk(area=EVERYWHERE) as unit:
            return await payouts.pay_waiting(unit)

    interbank = Interbank(running.units, running.tools)
    return (
        Job("payouts", pay_waiting, rest_s=PAYOUTS_REST_S),
        Job("interbank", interbank.step, rest_s=INTERBANK_REST_S),
    )
