"""A file of keys that is kept apart from the database.

A line of JSON in the clear says whose it is, when it was made and when it has to be destroyed. What
follows is sealed (AES-256-GCM, a key derived from the master key, the line authenticated with it):
the rows, compressed, the keys in them still wrapped. Without the master key the file tells nothing;
without the file and the database the master key does not either.
"""

import json
import os
import zlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chassis.sealing import KEY_BYTES, NONCE_BYTES

OWNER_ONLY = 0o600
HEADER_BYTES_MAX = 1_000
Rows = Sequence[Mapping[str, Any]]


class BackupUnreadable(ValueError):
    """A file is no backup of keys, was altered, or was made under another master key."""


class KeyBackup(NamedTuple):
    """The rows of each table that holds keys, or finds a person, as they were at one time."""

    made_at: datetime
    destroy_after: date
    tables: Mapping[str, Rows]


def write(file: Path, backup: KeyBackup, *, service: str, keys: int, master_key: bytes) -> None:
    """Write a fresh file that only its owner may read. OSError: there is one already, or it cannot
    be written."""
    header = json.dumps(
        {
            "format": _format(service),
            "made_at": backup.made_at.isoformat(),
            "destroy_after": backup.destroy_after.isoformat(),
            "keys": keys,
        }
    ).encode()
    nonce = os.urandom(NONCE_BYTES)
    plain = zlib.compress(json.dumps(backup.tables).encode())
    sealed = nonce + _cipher(master_key, service).encrypt(nonce, plain, header)
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(opened, "wb") as written:
        written.write(header + b"\n" + sealed)
        written.flush()
        os.fsync(written.fileno())


def read(file: Path, *, service: str, master_key: bytes) -> KeyBackup:
    """What a file holds. Raises: BackupUnreadable; OSError when it is not there."""
    header, _, sealed = file.read_bytes().partition(b"\n")
    told = _told(header, service)
    nonce, encrypted = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        plain = _cipher(master_key, service).decrypt(nonce, encrypted, header)
    except (InvalidTag, ValueError):  # ValueError: cut short
        raise BackupUnreadable(
            "it does not open: it was altered, or made under another master key"
        ) from None
    return KeyBackup(
        made_at=datetime.fromisoformat(told["made_at"]),
        destroy_after=date.fromisoformat(told["destroy_after"]),
        tables=json.loads(zlib.decompress(plain)),
    )


def _told(header: bytes, service: str) -> dict[str, str]:
    try:
        told: Any = json.loads(header[:HEADER_BYTES_MAX])
    except ValueError:
        told = None
    if not isinstance(told, dict) or told.get("format") != _format(service):
        raise BackupUnreadable(f"it is no backup of the keys of {service}")
    return told


def _format(service: str) -> str:
    return f"tameng {service} keys 2"


def _cipher(master_key: bytes, service: str) -> AESGCM:
    info = _format(service).encode()
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(master_key))
