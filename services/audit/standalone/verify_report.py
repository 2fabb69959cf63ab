#!/usr/bin/env python3
"""Is a filed report the one that was signed?

This one file needs Python 3.11 or later and the package `cryptography`, and nothing of those who
wrote the report: copy it away, and read it before you trust it.

    python verify_report.py NOTE --key KEY

NOTE  the file NAME.note of the report; its other files lie beside it
KEY   the public key that you were given in person: NAME+HASH+BASE64, or a file with that line. It
      is the one that signs the archive's checkpoints.

A note (C2SP signed note, Ed25519) names each file of the report by its SHA-256. The checkpoint that
the report rests on stands in the report; whether the archive agrees with it, verify_archive.py
tells. Exit: 0 all as it was signed; 1 something is not; 2 it could not be checked.
"""

import argparse
import sys
from base64 import b64decode
from binascii import Error
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_ED25519 = b"\x01"
_HASH_BYTES = 4


class CannotCheck(Exception):
    """What was given cannot be checked."""


class Wrong(Exception):
    """Something is not as it was signed."""


def key_in(given: str) -> tuple[str, bytes, Ed25519PublicKey]:
    """The name, the hash and the key that are written there."""
    try:
        written = Path(given).read_text(encoding="utf-8") if Path(given).is_file() else given
        name, hashed, encoded = written.strip().split("+", 2)
        key = b64decode(encoded, validate=True)
        found = Ed25519PublicKey.from_public_bytes(key[1:])
    except (ValueError, Error, OSError) as error:
        raise CannotCheck(f"{given}: not a key in the form NAME+HASH+BASE64") from error
    key_hash = sha256(name.encode() + b"\n" + key).digest()[:_HASH_BYTES]
    if key[:1] != _ED25519 or key_hash.hex() != hashed:
        raise CannotCheck("the hash of the key is not its own")
    return name, key_hash, found


def signed_text(note: str, given: str) -> str:
    """The text of a note that this key signed. Raises: CannotCheck, Wrong."""
    name, key_hash, key = key_in(given)
    text, separator, signatures = note.rpartition("\n\n")
    text += "\n"
    if not separator or not text.startswith("tameng/report\n"):
        raise CannotCheck("not the note of a report")
    for line in signatures.splitlines():
        signer, _, encoded = line.removeprefix("— ").partition(" ")
        try:
            signature = b64decode(encoded, validate=True)
        except (ValueError, Error):
            continue
        if signer == name and signature[:_HASH_BYTES] == key_hash:
            try:
                key.verify(signature[_HASH_BYTES:], text.encode())
            except InvalidSignature:
                raise Wrong(f"{name} did not sign this note") from None
            return text
    raise Wrong("this key did not sign the note")


def check_files(text: str, folder: Path) -> list[str]:
    """The names of the files, each as it was signed. Raises: Wrong."""
    names = []
    for line in text.splitlines()[1:]:
        digest, _, name = line.partition("  ")
        if "/" in name:
            raise Wrong(f"{name}: not a file beside the note")
        try:
            content = (folder / name).read_bytes()
        except OSError as error:
            raise Wrong(f"{name}: {error.strerror}") from None
        if sha256(content).hexdigest() != digest:
            raise Wrong(f"{name} is not the file that was signed")
        names.append(name)
    return names


def main() -> int:
    """Check one report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("note", type=Path, help="NAME.note")
    parser.add_argument("--key", required=True, help="who signs: NAME+HASH+BASE64, or a file")
    given = parser.parse_args()
    try:
        note = given.note.read_text(encoding="utf-8")
        names = check_files(signed_text(note, given.key), given.note.parent)
    except Wrong as wrong:
        print(f"NOT as signed: {wrong}")  # noqa: T201
        return 1
    except (CannotCheck, OSError, UnicodeDecodeError) as error:
        print(f"cannot check: {error}", file=sys.stderr)  # noqa: T201
        return 2
    print(f"OK: as signed: {', '.join(names)}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
