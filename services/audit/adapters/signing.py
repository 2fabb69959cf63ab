"""The key that signs checkpoints."""

from base64 import b64decode
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True)
class Signer:
    """Signs roots, and knows its own signatures again."""

    key: Ed25519PrivateKey

    def sign(self, root: bytes) -> bytes:
        """Ed25519 over the root; 64 bytes."""
        return self.key.sign(root)

    def has_signed(self, root: bytes, signature: str) -> bool:
        """Whether the signature, in base64, is this key's over the root."""
        try:
            self.key.public_key().verify(b64decode(signature, validate=True), root)
        except (InvalidSignature, ValueError):
            return False
        return True
