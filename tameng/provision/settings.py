"""What the administrator's step is told by its environment."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.settings import BusSettings, ExistingFile, text_in, with_password
from tameng.stack.databases import Database, Role


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise ValueError(f"no such folder: {path}")
    return path


def _postgres(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith("postgresql://"):
        raise ValueError("must start with postgresql://")
    return url


class ProvisionSettings(BusSettings):
    """As a service's, with `PROVISION_` before it; the user is Kafka's administrator."""

    model_config = SettingsConfigDict(env_prefix="PROVISION_")

    postgres_url: Annotated[SecretStr, AfterValidator(_postgres)]
    """Of a role that may make roles and databases: postgresql://USER@HOST:PORT/postgres."""
    postgres_password_file: ExistingFile | None = None
    """The role's password, when it does not stand in the address."""
    passwords_folder: Annotated[Path, AfterValidator(_folder)]
    """SERVICE-owner.password and SERVICE-runtime.password for each service."""

    def superuser_url(self) -> str:
        """The address with its password."""
        url = self.postgres_url.get_secret_value()
        if self.postgres_password_file is None:
            return url
        return with_password(url, text_in(self.postgres_password_file))

    def database(self, service: str) -> Database:
        """A service's database with its two roles. Raises OSError for a missing password."""
        name = f"{self.topic_prefix}{service}"
        owner, runtime = (
            Role(
                name=f"{name}_{role}",
                password=text_in(self.passwords_folder / f"{service}-{role}.password"),
            )
            for role in ("owner", "runtime")
        )
        return Database(name=name, owner=owner, runtime=runtime)
