"""A backup of the keys of persons, as a file that is kept apart from the database.

A line of JSON in the clear says when it was made and when it has to be destroyed. What follows is
sealed (AES-256-GCM, a key derived from the master key, the line authenticated with it): the keys,
each still wrapped. Without the master key the file tells nothing; without the file and the
database the master key does not either.
"""

import json
import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chassis.sealing import KEY_BYTES, NONCE_BYTES

FORMAT = "tameng enrollment keys 1"
OWNER_ONLY = 0o600
HEADER_BYTES_MAX = 1_000
_SUBJECT_BYTES = 16
_STAMP_BYTES = 8
_WRAPPED_BYTES = 60
_ROW_BYTES = _SUBJECT_BYTES + _STAMP_BYTES + _WRAPPED_BYTES


class BackupUnreadable(ValueError):
    """A file is no backup of keys, was altered, or was made under another master key."""


class WrappedKey(NamedTuple):
    """The key of one person as the database holds it."""

    subject: UUID
    wrapped: bytes
    created_at: datetime


class KeyBackup(NamedTuple):
    """All keys there were at one time."""

    made_at: datetime
    destroy_after: date
    keys: Sequence[WrappedKey]


def write_backup(file: Path, backup: KeyBackup, *, master_key: bytes) -> None:
    """Write a fresh file that only its owner may read. OSError: there is one already, or it cannot
    be written."""
    header = json.dumps(
        {
            "format": FORMAT,
            "made_at": backup.made_at.isoformat(),
            "destroy_after": backup.destroy_after.isoformat(),
            "keys": len(backup.keys),
        }
    ).encode()
    nonce = os.urandom(NONCE_BYTES)
    plain = b"".join(map(_row, backup.keys))
    sealed = nonce + _cipher(master_key).encrypt(nonce, plain, header)
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(opened, "wb") as written:
        written.write(header + b"\n" + sealed)
        written.flush()
        os.fsync(written.fileno())


def read_backup(file: Path, *, master_key: bytes) -> KeyBackup:
    """The keys in a file. Raises: BackupUnreadable; OSError when it is not there."""
    header, _, sealed = file.read_bytes().partition(b"\n")
    told = _told(header)
    nonce, encrypted = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        plain = _cipher(master_key).decrypt(nonce, encrypted, header)
    except (InvalidTag, ValueError):  # ValueError: cut short
        raise BackupUnreadable(
            "it does not open: it was altered, or made under another master key"
        ) from None
    keys = [_key(plain[at : at + _ROW_BYTES]) for at in range(0, len(plain), _ROW_BYTES)]
    return KeyBackup(
        made_at=datetime.fromisoformat(told["made_at"]),
        destroy_after=date.fromisoformat(told["destroy_after"]),
        keys=keys,
    )


def _told(header: bytes) -> dict[str, str]:
    try:
        told: Any = json.loads(header[:HEADER_BYTES_MAX])
    except ValueError:
        told = None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise BackupUnreadable("it is no backup of keys")
    return told


def _cipher(master_key: bytes) -> AESGCM:
    derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=FORMAT.encode()).derive(master_key)
    return AESGCM(derived)


def _row(key: WrappedKey) -> bytes:
    stamp = round(key.created_at.timestamp() * 1_000_000).to_bytes(_STAMP_BYTES, "big")
    return key.subject.bytes + stamp + key.wrapped


def _key(row: bytes) -> WrappedKey:
    stamp = int.from_bytes(row[_SUBJECT_BYTES : _SUBJECT_BYTES + _STAMP_BYTES], "big")
    return WrappedKey(
        subject=UUID(bytes=row[:_SUBJECT_BYTES]),
        wrapped=row[_SUBJECT_BYTES + _STAMP_BYTES :],
        created_at=datetime.fromtimestamp(stamp / 1_000_000, UTC),
    )
