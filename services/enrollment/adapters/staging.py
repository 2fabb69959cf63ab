"""Rows that wait: sealed under a key of their roster, so that deleting it destroys them all."""

import zlib
from collections.abc import Sequence
from os import urandom
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic_core import from_json, to_json

from chassis.sealing import KEY_BYTES, NONCE_BYTES

COMPRESSION = 1
"""The fastest: text of this kind shrinks to a quarter at once, and little more with effort."""


class StagedRow(NamedTuple):
    """A row as it was sent: its number in the file (the header is row 1) and its cells."""

    number: int
    cells: tuple[str, ...]


class ReadyRow(NamedTuple):
    """A row that passed, ready to become a member: nothing has to be read in it again."""

    number: int
    village_code: str
    has_ktp: bool
    has_kk: bool
    born_on: str
    """As ISO writes it."""
    person: str
    """The block that will be sealed, as JSON."""
    hashes: str
    """By which the person is found, one behind the other, in hexadecimal."""


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
        return self._sealed(zlib.compress(to_json(rows), COMPRESSION))

    def open(self, sealed: bytes) -> list[StagedRow]:
        """The rows of a block."""
        plain = zlib.decompress(self._opened(sealed))
        return [StagedRow(number, tuple(cells)) for number, cells in from_json(plain)]

    def seal_ready(self, rows: Sequence[ReadyRow]) -> bytes:
        """Rows that passed, as one block."""
        return self._sealed(to_json(rows))

    def open_ready(self, sealed: bytes) -> list[ReadyRow]:
        """The rows of such a block."""
        return [ReadyRow._make(row) for row in from_json(self._opened(sealed))]

    def _sealed(self, plain: bytes) -> bytes:
        nonce = urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, None)

    def _opened(self, sealed: bytes) -> bytes:
        return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
