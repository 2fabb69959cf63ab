"""What audit is told by its environment."""

from pathlib import Path
from typing import Annotated

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import AfterValidator
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


class Settings(ServiceSettings):
    """AUDIT_*."""

    model_config = SettingsConfigDict(env_prefix="AUDIT_")

    archive_folder: Path
    """Made when it is missing; one service process at a time writes in it."""
    signing_key_file: Annotated[Path, AfterValidator(_signing_key_file)]
    """Signs the checkpoints."""

    def signing_key(self) -> Ed25519PrivateKey:
        """The key that signs the checkpoints."""
        return signing_key_in(self.signing_key_file)
