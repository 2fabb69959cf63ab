"""Seals who people are, and finds them again by hashes of their numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self
from uuid import UUID

from chassis.sealing import KeyWrap, lookup_hash, new_keys, open_sealed, seal, seal_json
from contracts.sealed import Sealed
from services.enrollment.rules.applicants import Person
from services.enrollment.rules.applicants.spelling import family_key

HOLDER = "enrollment"
KIND = "worker-identity"
VERSION = 1
HASH_BYTES = 16
"""Half of an HMAC-SHA256: among a hundred million people two still never meet by chance."""


@dataclass(frozen=True)
class Hashes:
    """What stands for a person where people are looked up."""

    nik: bytes
    kk: bytes
    family: bytes

    @classmethod
    def of(cls, joined: bytes) -> Self:
        """The three, one behind the other."""
        second, third = HASH_BYTES, 2 * HASH_BYTES
        return cls(joined[:second], joined[second:third], joined[third:])


class SealedPerson(NamedTuple):
    """Who a worker is: the block that travels, and the key as it is kept, wrapped."""

    block: Sealed
    wrapped: bytes


@dataclass(frozen=True)
class Identities:
    """The keys of people, and the hashes of their numbers under the pepper."""

    wrap: KeyWrap
    pepper: bytes

    def nik_hash(self, nik: str) -> bytes:
        """What stands for a NIK, 16 bytes."""
        return lookup_hash(self.pepper, nik)[:HASH_BYTES]

    def hashes(self, person: Person, *, nik_hash: bytes | None = None) -> Hashes:
        """What stands for the NIK, the family card, and the family by birth date and mother.

        `nik_hash` is what was computed of this NIK before.
        """
        return Hashes(
            nik=nik_hash or self.nik_hash(person.nik),
            kk=lookup_hash(self.pepper, f"kk {person.kk}")[:HASH_BYTES],
            family=lookup_hash(self.pepper, f"family {family_key(person)}")[:HASH_BYTES],
        )

    def seal(self, worker_id: UUID, person: str) -> SealedPerson:
        """Seal a person, given as JSON, under a fresh key of their own."""
        (key,) = new_keys(1)
        block = seal_json(
            person.encode(), subject=worker_id, holder=HOLDER, kind=KIND, version=VERSION, key=key
        )
        return SealedPerson(block, self.wrap.wrap(worker_id, key))

    def seal_again(self, worker_id: UUID, person: Person, wrapped: bytes) -> Sealed:
        """Seal a corrected person under the key that he has."""
        return sealed(person, worker_id, self.wrap.unwrap(worker_id, wrapped))

    def open(self, blocks: Iterable[Sealed], wrapped: Mapping[UUID, bytes]) -> dict[UUID, Person]:
        """Who these are, by worker; whoever has no key any more is erased, and absent."""
        return {
            block.subject: open_sealed(
                block, self.wrap.unwrap(block.subject, wrapped[block.subject]), Person
            )
            for block in blocks
            if block.subject in wrapped
        }


def sealed(person: Person, worker_id: UUID, key: bytes) -> Sealed:
    """A person as the block that travels."""
    return seal(person, subject=worker_id, holder=HOLDER, kind=KIND, version=VERSION, key=key)
