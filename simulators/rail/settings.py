"""What the rail needs to know, from RAIL_* in the environment."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, FilePath
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_BYTES_MIN = 16


class SecretTooShort(Exception):
    """The file named by RAIL_SECRET_FILE holds fewer than 16 bytes."""


class Settings(BaseSettings):
    """Where the rail listens, whom it serves, and where its book lies."""

    model_config = SettingsConfigDict(env_prefix="RAIL_", frozen=True)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65_535)]
    partner_id: Annotated[str, Field(min_length=1, max_length=36)]
    secret_file: FilePath
    """The partner's key: the bytes of this file without the white space around them."""
    book_file: Path
    """The SQLite file that holds all the rail knows; made when missing."""

    def secret(self) -> bytes:
        """The partner's signing key; `SecretTooShort` under 16 bytes."""
        secret = self.secret_file.read_bytes().strip()
        if len(secret) < SECRET_BYTES_MIN:
            raise SecretTooShort(f"{self.secret_file} must hold {SECRET_BYTES_MIN} bytes or more")
        return secret
