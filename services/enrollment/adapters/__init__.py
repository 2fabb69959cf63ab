"""What enrollment uses outside its tables: keys and hashes of people, the counter of look-ups."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis import working_days
from chassis.sealing import KeyWrap
from chassis.tools import ServiceTools
from chassis.web.limits import RateLimit, connect
from contracts.refusal import Refused
from services.enrollment.adapters.identities import Identities
from services.enrollment.adapters.regions import regions
from services.enrollment.rules.applicants import AGE_MIN, KK_MEMBERS_MAX, Regions
from services.enrollment.rules.arrears import AfterProgramme
from services.enrollment.settings import Settings

LOOK_UPS_MAX = 60
LOOK_UPS_WINDOW_S = 60
CARD_CHECKS_MAX = 60
CARD_CHECKS_WINDOW_S = 60


class LookupsUnavailable(Refused):
    """Look-ups cannot be counted right now, and uncounted ones are not allowed (domain 1.9)."""

    slug, status, retryable = "lookups-unavailable", 503, True


class CardChecksUnavailable(Refused):
    """Checks of cards cannot be counted right now, and anybody may ask for them."""

    slug, status, retryable = "card-checks-unavailable", 503, True


@dataclass(frozen=True)
class Tools(ServiceTools):
    """What enrollment uses beside its database."""

    identities: Identities
    regions: Regions
    age_min: int
    kk_members_max: int
    after_programme: AfterProgramme
    look_ups: RateLimit
    card_key: Ed25519PrivateKey
    card_checks: RateLimit

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self.look_ups.aclose()
        await self.card_checks.aclose()


def make_tools(settings: Settings) -> Tools:
    """The tools of one process, which keeps to the working days of its settings from now on."""
    working_days.observe_joint_leave(off=settings.joint_leave_off)
    return Tools(
        identities=Identities(KeyWrap(settings.master_key()), settings.pepper()),
        regions=regions(),
        age_min=settings.age_min or AGE_MIN,
        kk_members_max=settings.kk_members_max or KK_MEMBERS_MAX,
        after_programme=settings.after_programme,
        look_ups=RateLimit(
            connect(settings.redis_url),
            "members",
            requests_max=LOOK_UPS_MAX,
            window_s=LOOK_UPS_WINDOW_S,
            closed=lambda: LookupsUnavailable("look-ups are closed: the counter does not answer"),
        ),
        card_key=Ed25519PrivateKey.from_private_bytes(settings.card_key()),
        card_checks=RateLimit(
            connect(settings.redis_url),
            "cards",
            requests_max=CARD_CHECKS_MAX,
            window_s=CARD_CHECKS_WINDOW_S,
            closed=lambda: CardChecksUnavailable(
                "the counter does not answer: check the card offline, with the public key"
            ),
        ),
    )
