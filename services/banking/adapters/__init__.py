"""What banking uses outside its tables: the interbank rail, and the claims service's keys."""

from dataclasses import dataclass

from chassis.tools import ServiceTools
from services.banking.adapters.payees import Payees
from services.banking.adapters.rail import Rail
from services.banking.adapters.snap import Partner
from services.banking.settings import Settings


@dataclass(frozen=True)
class Tools(ServiceTools):
    """What banking uses beside its database."""

    rail: Rail
    payees: Payees

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self.rail.close()
        await self.payees.close()


def make_tools(settings: Settings) -> Tools:
    """The tools of one process."""
    partner = Partner(
        partner_id=settings.rail_partner_id,
        channel_id=settings.rail_channel_id,
        secret=settings.rail_secret(),
    )
    return Tools(
        rail=Rail(
            settings.rail_url,
            partner=partner,
            source_account=settings.rail_source_account,
            timeout_s=settings.rail_timeout_s,
        ),
        payees=Payees(settings.claims_url, token_file=settings.token_file),
    )
