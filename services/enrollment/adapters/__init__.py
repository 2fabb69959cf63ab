"""What enrollment uses outside its tables: keys and hashes of people, the counter of look-ups."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.sealing import KeyWrap
from chassis.tools import ServiceTools
from chassis.web.limits import RateLimit, connect
from contracts.refusal import Refused
from services.enrollment.adapters.identities import Identities
from services.enrollment.adapters.regions import regions
from services.enrollment.rules.applicants import AGE_MIN, KK_MEMBERS_MAX, Regions
from services.enrollment.settings import Settings

LOOK_UPS_MAX = 60
LOOK_UPS_WINDOW_S = 60


class LookupsUnavailable(Refused):
    """Look-ups cannot be counted right now, and uncounted ones are not allowed (domain 1.9)."""

    slug, status, retryable = "lookups-unavailable", 503, True


@dataclass(frozen=True)
class Tools(ServiceTools):
    """What enrollment uses beside its database."""

    identities: Identities
    regions: Regions
    age_min: int
    kk_members_max: int
    look_ups: RateLimit
    card_key: Ed25519PrivateKey

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self.look_ups.aclose()


def make_tools(settings: Settings) -> Tools:
    """The tools of one process."""
    return Tools(
        identities=Identities(KeyWrap(settings.master_key()), settings.pepper()),
        regions=regions(),
        age_min=settings.age_min or AGE_MIN,
        kk_members_max=settings.kk_members_max or KK_MEMBERS_MAX,
        look_ups=RateLimit(
            connect(settings.redis_url),
            "members",
            requests_max=LOOK_UPS_MAX,
            window_s=LOOK_UPS_WINDOW_S,
            closed=lambda: LookupsUnavailable("look-ups are closed: the counter does not answer"),
        ),
        card_key=Ed25519PrivateKey.from_private_bytes(settings.card_key()),
    )
