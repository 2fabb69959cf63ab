"""Rows that wait: sealed under a key of their roster, so that deleting it destroys them all."""

import json
import zlib
from collections.abc import Sequence
from os import urandom
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.sealing import KEY_BYTES, NONCE_BYTES

COMPRESSION = 1
"""The fastest: text of this kind shrinks to a quarter at once, and little more with effort."""


class StagedRow(NamedTuple):
    """A row as it was sent: its number in the file (the header is row 1) and its cells."""

    number: int
    cells: tuple[str, ...]


class RosterCipher:
    """Seals and opens the rows of one roster. What is moved to another roster does not open."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    @staticmethod
    def new_key() -> bytes:
        """A fresh key, 32 bytes."""
        return urandom(KEY_BYTES)

    def seal(self, rows: Sequence[StagedRow]) -> bytes:
        """Some rows as one block: nonce, then ciphertext."""
        plain = zlib.compress(json.dumps(rows, ensure_ascii=False).encode(), COMPRESSION)
        nonce = urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, None)

    def open(self, sealed: bytes) -> list[StagedRow]:
        """The rows of a block."""
        nonce, encrypted = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        plain = zlib.decompress(self._cipher.decrypt(nonce, encrypted, None))
        return [StagedRow(number, tuple(cells)) for number, cells in json.loads(plain)]
