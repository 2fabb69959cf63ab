"""How personal data travels: encrypted, with a key of the one person it is about."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Sealed(BaseModel):
    """One person's block under AES-256-GCM. Bytes in Python, base64url in JSON.

    Only the service named `holder` has the key of `subject`; without it the block is noise.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64"
    )

    subject: UUID
    """The person."""
    holder: str = Field(min_length=1, max_length=40)
    """The service that keeps the key."""
    kind: str = Field(min_length=1, max_length=40)
    """What the block holds: names the model that reads it."""
    version: int = Field(ge=1, le=65_535)
    """The version of that model."""
    nonce: bytes = Field(min_length=12, max_length=12)
    ciphertext: bytes = Field(min_length=16)
    """The block's JSON, encrypted, and the 16 bytes that prove it untouched."""
