"""Seals who heirs are."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from chassis.sealing import KeyWrap, new_keys, seal
from chassis.tools import ServiceTools
from contracts.sealed import Sealed
from services.claims.rules.heirs import HeirIdentity
from services.claims.settings import Settings

HOLDER = "claims"
KIND = "heir-identity"
VERSION = 1


@dataclass(frozen=True)
class Identities:
    """Seals who heirs are, each under a key of their own."""

    wrap: KeyWrap

    def seal(self, party_id: UUID, heir: HeirIdentity) -> tuple[Sealed, Mapping[UUID, bytes]]:
        """Seal an heir under a fresh key; return the block, and the wrapped key to keep."""
        (key,) = new_keys(1)
        block = seal(heir, subject=party_id, holder=HOLDER, kind=KIND, version=VERSION, key=key)
        return block, {party_id: self.wrap.wrap(party_id, key)}


@dataclass(frozen=True)
class Tools(ServiceTools):
    """What claims uses beside its database."""

    identities: Identities


def make_tools(settings: Settings) -> Tools:
    """The tools of one process."""
    return Tools(identities=Identities(KeyWrap(settings.master_key())))
