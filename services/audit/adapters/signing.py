"""The key that signs checkpoints, and those of the witnesses."""

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.service import CannotStart
from contracts.audit import ChainHead
from services.audit.rules import checkpoints, notes
from services.audit.rules.checkpoints import Signed
from services.audit.rules.notes import Verifier


@dataclass(frozen=True)
class Signer:
    """Signs heads, and knows its own signatures again."""

    key: Ed25519PrivateKey
    witnesses: tuple[Verifier, ...] = ()

    def sign(self, heads: Sequence[ChainHead]) -> Signed:
        """Both forms."""
        text = checkpoints.note_text(heads)
        return Signed(self.key.sign(checkpoints.root(heads)), notes.signed(text, self._signer))

    def note(self, text: str) -> str:
        """A signed note of any other text. Raises: NoteMalformed."""
        return notes.signed(text, self._signer)

    def has_signed(self, root: bytes, signature: str) -> bool:
        """Whether the signature, in base64, is this key's over the root."""
        try:
            self.key.public_key().verify(b64decode(signature, validate=True), root)
        except (InvalidSignature, ValueError):
            return False
        return True

    @property
    def verifier(self) -> Verifier:
        """Our key, for everybody."""
        return self._signer.verifier

    @property
    def _signer(self) -> notes.Signer:
        return notes.Signer(checkpoints.ORIGIN, self.key)


def witnesses_in(file: Path | None) -> tuple[Verifier, ...]:
    """The keys of witnesses in a file, one a line. Raises: CannotStart, which names the file."""
    if file is None:
        return ()
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        return tuple(notes.verifier(line) for line in lines if line.strip())
    except (OSError, ValueError) as error:
        raise CannotStart(f"the keys of witnesses in {file}: {error}") from error
