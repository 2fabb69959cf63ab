"""The keys and passwords of one state folder, each made once, readable by its owner only."""

import base64
import json
import os
import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import cast

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from tameng.tokens import public_key_set

KEY_BYTES = 32
KEPT_PRIVATE = 0o600


class Keys:
    """The files of a keys folder. Each is made when it is first asked for, and kept from then on.

    The private keys are PEM (PKCS 8) without a password; symmetric keys base64 of 32 bytes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def password(self, name: str) -> str:
        """The password of that name (a database role, a server), safe in a URL."""
        return self._once(f"{name}.password", partial(_text, KEY_BYTES)).read_text()

    def password_file(self, name: str) -> Path:
        """The file that holds the password of that name."""
        return self._once(f"{name}.password", partial(_text, KEY_BYTES))

    def master_key_file(self, service: str) -> Path:
        """The key that wraps a service's personal keys."""
        return self._once(f"{service}.master-key", _symmetric_key)

    def pepper_file(self) -> Path:
        """The key of the look-up hashes of identity numbers."""
        return self._once("pepper", _symmetric_key)

    def card_key_file(self) -> Path:
        """The seed of the Ed25519 key that signs members' cards."""
        return self._once("card-key", _symmetric_key)

    def number_key_file(self) -> Path:
        """The key of the bank's account numbers: without it none can be read again."""
        return self._once("account-number-key", _symmetric_key)

    def slip_key_file(self) -> Path:
        """The seed of the Ed25519 key that signs payout slips."""
        return self._once("slip-key", _symmetric_key)

    def mark_key_file(self) -> Path:
        """The key of the marks, claim numbers and status codes of claims."""
        return self._once("mark-key", _symmetric_key)

    def rail_secret_file(self) -> Path:
        """What the bank and the interbank rail sign their requests with."""
        return self._once("rail.secret", partial(_text, KEY_BYTES))

    def audit_signing_key_file(self) -> Path:
        """The Ed25519 key that signs the audit's checkpoints."""
        return self._once("audit-signing-key.pem", _ed25519_key)

    def issuer_key_file(self) -> Path:
        """The ES256 key that signs the tokens of this machine."""
        return self._once("issuer-key.pem", _p256_key)

    def jwks_file(self) -> Path:
        """The public half of the issuer's key, as the services read it."""
        return self._once("jwks.json", self._jwks)

    def _jwks(self) -> bytes:
        return json.dumps(public_key_set(self.issuer_key()), indent=1).encode()

    def issuer_key(self) -> ec.EllipticCurvePrivateKey:
        """The issuer's key, read."""
        key = serialization.load_pem_private_key(self.issuer_key_file().read_bytes(), None)
        return cast("ec.EllipticCurvePrivateKey", key)

    def _once(self, name: str, make: Callable[[], bytes]) -> Path:
        file = self.folder / name
        if not file.exists():
            self.folder.mkdir(mode=0o700, exist_ok=True)
            draft = self.folder / f"{name}.draft"
            draft.unlink(missing_ok=True)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, KEPT_PRIVATE)
            with os.fdopen(descriptor, "wb") as private:
                private.write(make())
            draft.replace(file)
        return file


def _text(size: int) -> bytes:
    return secrets.token_urlsafe(size).encode()


def _symmetric_key() -> bytes:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES))


def _p256_key() -> bytes:
    return _pem(ec.generate_private_key(ec.SECP256R1()))


def _ed25519_key() -> bytes:
    return _pem(ed25519.Ed25519PrivateKey.generate())


def _pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
