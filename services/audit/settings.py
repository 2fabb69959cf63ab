"""What audit is told by its environment."""

from pathlib import Path
from typing import Annotated

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import AfterValidator, Field
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


def signing_key_in(path: Path) -> Ed25519PrivateKey:
    """The Ed25519 key in a PEM file. A ValueError names the file, never its content."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError(f"{path} does not hold a private key in PEM without a password") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} holds another kind of key than Ed25519")  # noqa: TRY004
    return key


def _signing_key_file(path: Path) -> Path:
    signing_key_in(path)
    return path


Url = Annotated[str, Field(pattern=r"^https?://")]


class Settings(ServiceSettings):
    """AUDIT_*."""

    model_config = SettingsConfigDict(env_prefix="AUDIT_")

    archive_folder: Path
    """Made when it is missing; one service process at a time writes in it."""
    signing_key_file: Annotated[Path, AfterValidator(_signing_key_file)]
    """Signs the checkpoints."""
    checkpoints_file: Path | None = None
    """Signed notes, one after another, for whoever verifies; a place that the other services do
    not reach. None: beside the archive's folder, `.checkpoints` behind its name."""
    checkpoint_every_s: Annotated[float, Field(gt=0)] = 60.0
    """How often what came is vouched for without being asked."""
    witness_keys_file: Path | None = None
    """Public keys of witnesses, `NAME+HASH+BASE64`, one a line."""
    parquet_folder: Path | None = None
    """The record for questions, made from the archive again and again. None: beside the
    archive's folder, `.parquet` behind its name."""
    question_seconds: Annotated[float, Field(gt=0, le=300)] = 30.0
    question_memory_mb: Annotated[int, Field(ge=64)] = 1_024
    answer_rows: Annotated[int, Field(ge=1, le=1_000_000)] = 100_000
    """Of an answer; a page shows less."""
    joint_leave_off: bool = False
    """Whether joint leave (cuti bersama) is no working day (domain 10 row 12): what claims is told,
    else payments in time are found late."""

    enrollment_url: Url | None = None
    """Of the other services, to show on a page how far each has come; the reader's own token is
    sent there. None: the page says that it does not know."""
    banking_url: Url | None = None
    claims_url: Url | None = None

    def urls(self) -> dict[str, str | None]:
        """Where the other services answer, by their names."""
        return {
            "enrollment": self.enrollment_url,
            "banking": self.banking_url,
            "claims": self.claims_url,
        }

    def notes_path(self) -> Path:
        """Where the signed notes are."""
        return self.checkpoints_file or self._beside("checkpoints")

    def parquet_path(self) -> Path:
        """Where the Parquet files are."""
        return self.parquet_folder or self._beside("parquet")

    def signing_key(self) -> Ed25519PrivateKey:
        """The key that signs the checkpoints."""
        return signing_key_in(self.signing_key_file)

    def _beside(self, what: str) -> Path:
        return self.archive_folder.with_name(f"{self.archive_folder.name}.{what}")
