"""The bank's own copy of who appeared as a holder, sealed under keys that the bank keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.sealing import KeyWrap, new_keys, open_sealed, seal
from contracts.sealed import Sealed

HOLDER = "banking"
KIND = "holder-identity"
VERSION = 1


class HolderIdentity(BaseModel):
    """Who appeared, as the papers say."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str
    nik: str


@dataclass(frozen=True)
class Holders:
    """Seals and opens what the bank knows of its customers."""

    wrap: KeyWrap

    def seal(self, holder_id: UUID, who: HolderIdentity) -> tuple[Sealed, Mapping[UUID, bytes]]:
        """Seal a person under a fresh key; return the block, and the wrapped key to keep."""
        (key,) = new_keys(1)
        return self._sealed(holder_id, who, key), {holder_id: self.wrap.wrap(holder_id, key)}

    def seal_again(self, holder_id: UUID, who: HolderIdentity, wrapped: bytes) -> Sealed:
        """Seal a person who has a key."""
        return self._sealed(holder_id, who, self.wrap.unwrap(holder_id, wrapped))

    def open(self, block: Sealed, wrapped: bytes) -> HolderIdentity:
        """Who it is."""
        return open_sealed(block, self.wrap.unwrap(block.subject, wrapped), HolderIdentity)

    @staticmethod
    def _sealed(holder_id: UUID, who: HolderIdentity, key: bytes) -> Sealed:
        return seal(who, subject=holder_id, holder=HOLDER, kind=KIND, version=VERSION, key=key)
