"""What the auditor vouches for."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.event import Event
from contracts.types import Line, Officer, Sha256

NOTE_CHARACTERS_MAX = 20_000


class ChainHead(BaseModel):
    """How far the archive of one shard goes, and the digest that stands for all of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: Line
    shard: Annotated[int, Field(ge=0)]
    seq: Annotated[int, Field(ge=1)]
    digest: Sha256
    """Of the chain: SHA-256 of the digest before and of the record."""
    tree_root: Sha256 | None = None
    """RFC 6962 root over all records of the shard; None in events of before there were trees."""


class CheckpointSigned(Event):
    """The auditor looked at the whole archive and vouches for it up to these heads."""

    type: ClassVar[str] = "audit.checkpoint-signed.v1"
    key_field: ClassVar[str] = "checkpoint_id"

    checkpoint_id: UUID
    heads: tuple[ChainHead, ...]
    events: Annotated[int, Field(ge=0)]
    root: Sha256
    """SHA-256 over one line `topic shard seq digest` a head: it stands for the whole record."""
    signature: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{86}==$")]
    """Ed25519 over the root's 32 bytes, base64."""
    note: Annotated[str, Field(max_length=NOTE_CHARACTERS_MAX)] | None = None
    """The same as a signed note (C2SP), for whoever verifies without anything of ours; None in
    events of before there were notes."""
    signed_by: Officer


class CheckpointCosigned(Event):
    """A witness with a key of its own saw the checkpoint, and that it continues the one before."""

    type: ClassVar[str] = "audit.checkpoint-cosigned.v1"
    key_field: ClassVar[str] = "checkpoint_id"

    checkpoint_id: UUID
    witness: Line
    """The name of the key."""
    note: Annotated[str, Field(max_length=NOTE_CHARACTERS_MAX)]
    """The signed note with the signature of the witness beside ours."""
    taken_by: Officer
