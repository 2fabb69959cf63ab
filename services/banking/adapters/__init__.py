"""What banking uses outside its tables: the interbank rail, and the claims service's keys."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.key_service import KeyService
from chassis.sealing import KeyWrap
from chassis.tools import ServiceTools
from services.banking.adapters.holders import Holders
from services.banking.adapters.member_identities import RegisteredIdentities
from services.banking.adapters.numbers import Numbers
from services.banking.adapters.payees import Payees
from services.banking.adapters.rail import Rail
from services.banking.adapters.screening import Screening
from services.banking.adapters.snap import Partner
from services.banking.settings import Settings


@dataclass(frozen=True)
class Tools(ServiceTools):
    """What banking uses beside its database."""

    rail: Rail
    payees: Payees
    numbers: Numbers
    holders: Holders
    identities: RegisteredIdentities
    screening: Screening
    slip_key: Ed25519PrivateKey

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self.rail.close()
        await self.payees.close()
        await self.identities.close()
        await self.screening.close()


def make_tools(settings: Settings) -> Tools:
    """The tools of one process."""
    partner = Partner(
        partner_id=settings.rail_partner_id,
        channel_id=settings.rail_channel_id,
        secret=settings.rail_secret(),
    )
    payees = Payees(settings.claims_url, token_file=settings.token_file)
    enrollment = KeyService(
        settings.enrollment_url, holder="enrollment", token_file=settings.token_file
    )
    return Tools(
        rail=Rail(
            settings.rail_url,
            partner=partner,
            source_account=settings.rail_source_account,
            timeout_s=settings.rail_timeout_s,
        ),
        payees=payees,
        numbers=Numbers.under(settings.number_key()),
        holders=Holders(KeyWrap(settings.master_key())),
        identities=RegisteredIdentities(enrollment=enrollment, claims=payees.key_service),
        screening=Screening(settings.screening_url),
        slip_key=Ed25519PrivateKey.from_private_bytes(settings.slip_key()),
    )
