"""Seals who heirs and reporters are, each under a key of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from pydantic import BaseModel

from chassis.sealing import KeyWrap, new_keys, seal
from contracts.sealed import Sealed

HOLDER = "claims"
VERSION = 1
HEIR = "heir-identity"
REPORTER = "claim-reporter"


@dataclass(frozen=True)
class Identities:
    """Seals persons; the wrapped keys are kept by `chassis.subject_keys.keep_keys`."""

    wrap: KeyWrap

    def seal(
        self, subject: UUID, person: BaseModel, *, kind: str
    ) -> tuple[Sealed, Mapping[UUID, bytes]]:
        """Seal a person under a fresh key; return the block, and the wrapped key to keep."""
        (key,) = new_keys(1)
        block = seal(person, subject=subject, holder=HOLDER, kind=kind, version=VERSION, key=key)
        return block, {subject: self.wrap.wrap(subject, key)}

    def seal_again(self, subject: UUID, person: BaseModel, *, key: bytes) -> Sealed:
        """Seal a party with something changed, under the key that is kept already."""
        return seal(person, subject=subject, holder=HOLDER, kind=HEIR, version=VERSION, key=key)
