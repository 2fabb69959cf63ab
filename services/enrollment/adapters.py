"""What enrollment reads from outside its tables: the list of villages, and the secrets."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from uuid import UUID

from chassis.sealing import KeyWrap, lookup_hash, new_keys, seal
from chassis.tools import ServiceTools
from chassis.web.limits import RateLimit, connect
from contracts.refusal import Refused
from contracts.sealed import Sealed
from services.enrollment.rules.applicants import Person
from services.enrollment.settings import Settings

HOLDER = "enrollment"
KIND = "worker-identity"
VERSION = 1
LOOK_UPS_MAX = 60
LOOK_UPS_WINDOW_S = 60


@cache
def villages() -> frozenset[str]:
    """All kelurahan and desa of Nusa Tenggara Timur, by Kepmendagri 300.2.2-2138/2025."""
    with files("services.enrollment").joinpath("regions.csv").open(encoding="utf-8") as lines:
        return frozenset(r["code"] for r in csv.DictReader(lines) if r["level"] == "desa_kel")


@dataclass(frozen=True)
class Identities:
    """Seals who workers are, and finds them again by a hash of their NIK."""

    wrap: KeyWrap
    pepper: bytes

    def nik_hash(self, nik: str) -> bytes:
        """What stands for a NIK in the table: HMAC-SHA256, 32 bytes."""
        return lookup_hash(self.pepper, nik)

    def seal(
        self, persons: Sequence[tuple[UUID, Person]]
    ) -> tuple[list[Sealed], Mapping[UUID, bytes]]:
        """Seal each person under a fresh key of their own; return the blocks and wrapped keys."""
        keys = new_keys(len(persons))
        blocks = [
            seal(person, subject=worker_id, holder=HOLDER, kind=KIND, version=VERSION, key=key)
            for (worker_id, person), key in zip(persons, keys, strict=True)
        ]
        wrapped = {
            worker_id: self.wrap.wrap(worker_id, key)
            for (worker_id, _), key in zip(persons, keys, strict=True)
        }
        return blocks, wrapped


class LookupsUnavailable(Refused):
    """Look-ups cannot be counted right now, and uncounted ones are not allowed (domain 1.9)."""

    slug, status, retryable = "lookups-unavailable", 503, True


@dataclass(frozen=True)
class Tools(ServiceTools):
    """What enrollment uses beside its database."""

    identities: Identities
    look_ups: RateLimit

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self.look_ups.aclose()


def make_tools(settings: Settings) -> Tools:
    """The tools of one process."""
    return Tools(
        identities=Identities(KeyWrap(settings.master_key()), settings.pepper()),
        look_ups=RateLimit(
            connect(settings.redis_url),
            "members",
            requests_max=LOOK_UPS_MAX,
            window_s=LOOK_UPS_WINDOW_S,
            closed=lambda: LookupsUnavailable("look-ups are closed: the counter does not answer"),
        ),
    )
