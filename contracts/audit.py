"""Events of the audit service: checkpoints over the archive, and findings."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.event import Event
from contracts.types import Line, Officer, Sha256


class ChainHead(BaseModel):
    """How far the archive of one shard goes, and the digest that stands for all of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: Line
    shard: Annotated[int, Field(ge=0)]
    seq: Annotated[int, Field(ge=1)]
    digest: Sha256


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
    signed_by: Officer


class FindingRaised(Event):
    """Something in the record is not as it was."""

    type: ClassVar[str] = "audit.finding-raised.v1"
    key_field: ClassVar[str] = "finding_id"

    finding_id: UUID
    kind: Literal["archive-damaged", "content-differs", "checkpoint-altered"]
    place: Line
    """Topic, shard and number."""
    detail: Line
