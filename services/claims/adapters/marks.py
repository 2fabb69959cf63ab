"""Marks of numbers of persons: equal numbers have equal marks, and nobody finds the number."""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal
from uuid import UUID

MARK_CHARACTERS = 32
CODE_CHARACTERS = 8
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
_BITS = 5


@dataclass(frozen=True)
class Marks:
    """Hashes under a key of claims, and the codes that families are given under the same key."""

    key: bytes

    def mark(self, kind: Literal["account", "phone", "person"], number: str) -> str:
        """The mark of a number, given as digits; 32 hexadecimal digits."""
        return self._digest(f"{kind} {number}".encode()).hex()[:MARK_CHARACTERS]

    def claim_number(self, claim_id: UUID) -> str:
        """What a family calls its claim by: `K-7Q2M-08ZD`."""
        letters = self._letters(b"number" + claim_id.bytes)
        return f"K-{letters[:4]}-{letters[4:]}"

    def status_code(self, claim_id: UUID) -> str:
        """The second factor of the status page, told once, on the receipt: eight letters."""
        return self._letters(b"status" + claim_id.bytes)

    def is_status_code(self, claim_id: UUID, code: str) -> bool:
        """Whether this is the code, compared in constant time; case and dashes do not count."""
        given = code.strip().upper().replace("-", "").replace(" ", "")
        return hmac.compare_digest(given.encode(), self.status_code(claim_id).encode())

    def _letters(self, about: bytes) -> str:
        value = int.from_bytes(self._digest(about)[:CODE_CHARACTERS], "big")
        return "".join(
            _ALPHABET[value >> shift & 31] for shift in range(0, CODE_CHARACTERS * _BITS, _BITS)
        )

    def _digest(self, about: bytes) -> bytes:
        return hmac.digest(self.key, about, sha256)
