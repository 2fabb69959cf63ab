"""Signed notes and checkpoints, in the formats of C2SP (signed-note, tlog-checkpoint): any tool
that knows them can read and check what is signed here.

A note is a text of whole lines, an empty line, and a line a signature: `— NAME BASE64`, of which
the first 4 bytes tell the key and the other 64 are Ed25519 over the text. A key for checking is
written `NAME+HASH+BASE64` (hash: 8 hex digits; base64 of 0x01 and 32 bytes), one for signing
`PRIVATE+KEY+NAME+HASH+BASE64`.

The text of a checkpoint: the origin, how many events there are, the root over all in base64, and a
line a shard, `TOPIC SHARD SIZE ROOT`, in order of topics and shards. The root over all is that of
the tree whose leaves are these lines (without their newline).
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.audit.rules.merkle import HASH_BYTES, leaf_hash, root_of

SIGNATURES_MAX = 100
SEPARATOR = "---\n"
"""Stands between notes in a file of many: no note has such a line."""
_ED25519 = b"\x01"
_KEY_BYTES = 32
_KEY_HASH_BYTES = 4
_PRIVATE = "PRIVATE+KEY+"
_DASH = "— "
_CHECKPOINT_LINES = 3
_SHARD_WORDS = 4


class NoteMalformed(ValueError):
    """Not a note, a key or a checkpoint as the format wants it."""


class SignatureWrong(ValueError):
    """A known key is named, and did not sign this text."""


class NotSigned(ValueError):
    """None of the known keys signed it."""


@dataclass(frozen=True)
class Verifier:
    """Whose signatures are known, and by which key."""

    name: str
    key: Ed25519PublicKey

    @property
    def key_hash(self) -> bytes:
        """What tells the key in a signature; 4 bytes."""
        return _key_hash(self.name, self.key.public_bytes_raw())

    def __str__(self) -> str:
        """As it is handed out: `NAME+HASH+BASE64`."""
        key = _ED25519 + self.key.public_bytes_raw()
        return f"{self.name}+{self.key_hash.hex()}+{_base64(key)}"


@dataclass(frozen=True)
class Signer:
    """Signs under a name."""

    name: str
    key: Ed25519PrivateKey

    def __post_init__(self) -> None:
        _check_name(self.name)

    @property
    def verifier(self) -> Verifier:
        """The other half, for everybody."""
        return Verifier(self.name, self.key.public_key())

    def line(self, text: str) -> str:
        """The line of the signature under a text."""
        signature = self.verifier.key_hash + self.key.sign(text.encode())
        return f"{_DASH}{self.name} {_base64(signature)}\n"


@dataclass(frozen=True)
class Opened:
    """A note of which at least one signature was checked."""

    text: str
    signed_by: tuple[str, ...]


class TreeHead(NamedTuple):
    """How many events a shard has, and the root over them."""

    topic: str
    shard: int
    size: int
    root: bytes


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint says."""

    origin: str
    events: int
    root: bytes
    heads: tuple[TreeHead, ...]


def verifier(written: str) -> Verifier:
    """The key for checking that is written there. Raises: NoteMalformed."""
    name, key_hash, key = _key_parts(written.strip())
    found = Verifier(name, Ed25519PublicKey.from_public_bytes(key))
    if found.key_hash.hex() != key_hash:
        raise NoteMalformed("the hash of the key is not its own")
    return found


def signer(written: str) -> Signer:
    """The key for signing that is written there. Raises: NoteMalformed, which does not tell it."""
    name, key_hash, key = _key_parts(written.strip().removeprefix(_PRIVATE))
    found = Signer(name, Ed25519PrivateKey.from_private_bytes(key))
    if not written.startswith(_PRIVATE) or found.verifier.key_hash.hex() != key_hash:
        raise NoteMalformed("not a key for signing")
    return found


def signed(text: str, *signers: Signer) -> str:
    """The note of a text. Raises: NoteMalformed, when the text is none of whole lines."""
    _check_text(text)
    return text + "\n" + "".join(each.line(text) for each in signers)


def cosigned(note: str, witness: Signer, *, known: Sequence[Verifier]) -> str:
    """The note with one more signature. A witness signs only what a known key signed.

    Raises: NoteMalformed, SignatureWrong, NotSigned.
    """
    return note + witness.line(opened(note, known=known).text)


def opened(note: str, *, known: Sequence[Verifier]) -> Opened:
    """The text of a note, checked. Signatures of unknown keys are passed over, as the format says;
    whoever wants a certain name among `signed_by` looks for it.

    Raises: NoteMalformed, SignatureWrong, NotSigned.
    """
    text, signatures = _parts(note)
    by_key = {(each.name, each.key_hash): each for each in known}
    names: list[str] = []
    for name, signature in signatures:
        key = by_key.pop((name, signature[:_KEY_HASH_BYTES]), None)
        if key is None:
            continue
        try:
            key.key.verify(signature[_KEY_HASH_BYTES:], text.encode())
        except InvalidSignature:
            raise SignatureWrong(f"{name} did not sign this text") from None
        names.append(name)
    if not names:
        raise NotSigned("no known key signed this note")
    return Opened(text, tuple(names))


def checkpoint_text(origin: str, heads: Sequence[TreeHead]) -> str:
    """What is signed for these shards."""
    lines = [
        f"{head.topic} {head.shard} {head.size} {_base64(head.root)}" for head in sorted(heads)
    ]
    total = sum(head.size for head in heads)
    return "".join(f"{line}\n" for line in (origin, total, _base64(_root_over(lines)), *lines))


def checkpoint(text: str) -> Checkpoint:
    """What a checkpoint says. Raises: NoteMalformed, also when its lines contradict each other."""
    lines = text.split("\n")[:-1]
    if len(lines) < _CHECKPOINT_LINES:
        raise NoteMalformed("a checkpoint has three lines or more")
    origin, events, root, *shards = lines
    heads = tuple(_head(line) for line in shards)
    found = Checkpoint(origin, _number(events), _hash(root), heads)
    if checkpoint_text(origin, heads) != text:
        raise NoteMalformed("the lines of the checkpoint contradict each other")
    return found


def _root_over(lines: Sequence[str]) -> bytes:
    return root_of([leaf_hash(line.encode()) for line in lines])


def _head(line: str) -> TreeHead:
    words = line.split(" ")
    if len(words) != _SHARD_WORDS:
        raise NoteMalformed("a shard's line is TOPIC SHARD SIZE ROOT")
    topic, shard, size, root = words
    return TreeHead(topic, _number(shard), _number(size), _hash(root))


def _number(written: str) -> int:
    if not (written.isascii() and written.isdigit()) or str(int(written)) != written:
        raise NoteMalformed("not a number")
    return int(written)


def _hash(written: str) -> bytes:
    found = _unbase64(written)
    if len(found) != HASH_BYTES:
        raise NoteMalformed("not a hash")
    return found


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    text, separator, written = note.rpartition("\n\n")
    text += "\n"
    _check_text(text)
    if not separator or not written.endswith("\n"):
        raise NoteMalformed("a note is a text, an empty line, and signatures")
    lines = written.split("\n")[:-1]
    if len(lines) > SIGNATURES_MAX:
        raise NoteMalformed(f"more than {SIGNATURES_MAX} signatures")
    return text, [_signature(line) for line in lines]


def _signature(line: str) -> tuple[str, bytes]:
    name, space, written = line.removeprefix(_DASH).partition(" ")
    signature = _unbase64(written)
    if not line.startswith(_DASH) or not space or len(signature) <= _KEY_HASH_BYTES:
        raise NoteMalformed("not the line of a signature")
    _check_name(name)
    return name, signature


def _key_parts(written: str) -> tuple[str, str, bytes]:
    name, _, rest = written.partition("+")
    key_hash, _, encoded = rest.partition("+")
    key = _unbase64(encoded)
    _check_name(name)
    if key[:1] != _ED25519 or len(key) != 1 + _KEY_BYTES:
        raise NoteMalformed("not an Ed25519 key in the form NAME+HASH+BASE64")
    return name, key_hash, key[1:]


def _key_hash(name: str, key: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + key).digest()[:_KEY_HASH_BYTES]


def _check_name(name: str) -> None:
    if not name or "+" in name or any(character.isspace() for character in name):
        raise NoteMalformed("a key's name has neither spaces nor plus signs")


def _check_text(text: str) -> None:
    if not text.endswith("\n") or any(c < " " and c != "\n" for c in text):
        raise NoteMalformed("a note's text is of whole lines, without control characters")


def _base64(content: bytes) -> str:
    return b64encode(content).decode()


def _unbase64(written: str) -> bytes:
    try:
        content = b64decode(written, validate=True)
    except ValueError:
        raise NoteMalformed("not base64") from None
    if _base64(content) != written:
        raise NoteMalformed("not base64 as it is always written")
    return content
