"""Account numbers as they may be stored and sent: under the bank's own key.

AES-SIV is deterministic, so equal numbers stay equal: an account is found by its number, and a
unique index keeps a number from being given twice.
"""

import base64
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chassis.sealing import lookup_hash

SIV_KEY_BYTES = 64
PROXY_HASH_CHARACTERS = 32
_ABOUT = b"tameng account number"


class NumberBroken(ValueError):
    """What stands for a number was altered, or is under another key."""


@dataclass(frozen=True, repr=False)
class Numbers:
    """Seals and opens account numbers."""

    cipher: AESSIV
    pepper: bytes

    @classmethod
    def under(cls, key: bytes) -> "Numbers":
        """With a key of 32 bytes."""
        drawn = HKDF(algorithm=SHA256(), length=SIV_KEY_BYTES, salt=None, info=_ABOUT).derive(key)
        return cls(AESSIV(drawn), key)

    def seal(self, number: str) -> str:
        """What stands for a number, in base64url; the same for the same number."""
        return base64.urlsafe_b64encode(self.cipher.encrypt(number.encode(), [_ABOUT])).decode()

    def open(self, sealed: str) -> str:
        """The number. Raises: NumberBroken."""
        try:
            return self.cipher.decrypt(base64.urlsafe_b64decode(sealed), [_ABOUT]).decode()
        except (InvalidTag, ValueError):
            raise NumberBroken("an account number does not open") from None

    def proxy_hash(self, nik: str) -> str:
        """What stands for the NIK of somebody who collects for others."""
        return lookup_hash(self.pepper, f"proxy {nik}").hex()[:PROXY_HASH_CHARACTERS]
