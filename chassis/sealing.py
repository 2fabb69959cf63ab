"""Seal personal data: a key a person, kept wrapped, and hashes to look a number up by.

AES-256-GCM throughout. What a block is about (subject, kind, version) is authenticated with it, so
a block moved to another person, or read as something else, does not open.
"""

import hmac
from os import urandom
from typing import TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ValidationError

from contracts.sealed import Sealed

KEY_BYTES = 32
NONCE_BYTES = 12
SHOWN_DIGITS_MAX = 4

Block = TypeVar("Block", bound=BaseModel)


class SealBroken(ValueError):
    """A block or a wrapped key does not open: altered, of another subject, or the wrong key."""


def new_keys(count: int) -> list[bytes]:
    """Fresh keys of 32 bytes, drawn together."""
    drawn = urandom(count * KEY_BYTES)
    return [drawn[at : at + KEY_BYTES] for at in range(0, len(drawn), KEY_BYTES)]


def seal(
    payload: BaseModel, *, subject: UUID, holder: str, kind: str, version: int, key: bytes
) -> Sealed:
    """Encrypt the payload's JSON under the subject's own key. Each call draws a new nonce."""
    plain = payload.model_dump_json().encode()
    return seal_json(plain, subject=subject, holder=holder, kind=kind, version=version, key=key)


def seal_json(
    plain: bytes, *, subject: UUID, holder: str, kind: str, version: int, key: bytes
) -> Sealed:
    """As `seal`, for a payload that was written as JSON before."""
    nonce = urandom(NONCE_BYTES)
    return Sealed(
        subject=subject,
        holder=holder,
        kind=kind,
        version=version,
        nonce=nonce,
        ciphertext=AESGCM(key).encrypt(nonce, plain, _bound(subject, kind, version)),
    )


def open_sealed(sealed: Sealed, key: bytes, model: type[Block]) -> Block:
    """The payload as `model`.

    Raises SealBroken when it does not open or holds something else; never with what it holds.
    """
    bound = _bound(sealed.subject, sealed.kind, sealed.version)
    try:
        plain = AESGCM(key).decrypt(sealed.nonce, sealed.ciphertext, bound)
    except InvalidTag:
        raise SealBroken(f"the {sealed.kind} block of {sealed.subject} does not open") from None
    try:
        return model.model_validate_json(plain)
    except ValidationError:  # its text would show the personal data
        raise SealBroken(
            f"the {sealed.kind} block of {sealed.subject} opens but is not a {model.__name__}"
        ) from None


class KeyWrap:
    """Wraps the keys of persons under the master key, each bound to its subject."""

    def __init__(self, master_key: bytes) -> None:
        self._cipher = AESGCM(master_key)

    def wrap(self, subject: UUID, key: bytes) -> bytes:
        """The key as it may be stored: nonce, then ciphertext; 60 bytes."""
        nonce = urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, subject.bytes)

    def unwrap(self, subject: UUID, wrapped: bytes) -> bytes:
        """The subject's key. Raises SealBroken when altered or wrapped for somebody else."""
        nonce, encrypted = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, encrypted, subject.bytes)
        except (InvalidTag, ValueError):  # ValueError: cut short
            raise SealBroken(f"the wrapped key of {subject} does not open") from None


def lookup_hash(pepper: bytes, value: str) -> bytes:
    """HMAC-SHA256 of a number, 32 bytes: equal numbers meet, nobody reads one back."""
    return hmac.digest(pepper, value.encode(), "sha256")


def masked(number: str) -> str:
    """`5371********0001`: at most four digits at each end, never more than half of all."""
    shown = min(SHOWN_DIGITS_MAX, len(number) // 4)
    hidden = len(number) - 2 * shown
    return number[:shown] + "*" * hidden + number[shown + hidden :]


def _bound(subject: UUID, kind: str, version: int) -> bytes:
    return subject.bytes + version.to_bytes(2, "big") + kind.encode()
