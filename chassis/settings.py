"""What a service is told by its environment, checked before it starts."""

import base64
import binascii
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.bus.brokers import Brokers, Security

KEY_BYTES = 32
DIFFERENT_BYTES_MIN = 10
"""A key made by chance has about thirty different ones: fewer is a sample, or counted out."""
PASSWORD_CHARACTERS_MIN = 16
"""In production: a shorter one is a default or can be guessed."""


class SettingsInvalid(Exception):
    """The environment does not allow a start; the text is one line that names every variable."""


def key_in(path: Path) -> bytes:
    """The 32 bytes that a file holds as base64. A ValueError names the file, never its content."""
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from None
    except binascii.Error:
        raise ValueError(f"{path} does not hold base64") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"{path} holds {len(key)} bytes, not {KEY_BYTES}")
    if len(set(key)) < DIFFERENT_BYTES_MIN:
        raise ValueError(f"{path} holds no key made by chance: make one (`tameng secrets`)")
    return key


def text_in(path: Path) -> str:
    """The text that a file holds, such as a token or a shared secret, without the line's end."""
    return path.read_text().strip()


def _read(path: Path, variable: str) -> str:
    try:
        return text_in(path)
    except OSError as error:
        raise ValueError(f"{variable}: cannot read {path}: {error.strerror}") from None


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise ValueError(f"no such file: {path}")
    return path


def _key_file(path: Path) -> Path:
    key_in(path)
    return path


def _async_postgres(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith("postgresql+asyncpg://"):
        raise ValueError("must start with postgresql+asyncpg://")
    return url


ExistingFile = Annotated[Path, AfterValidator(_existing)]
KeyFile = Annotated[Path, AfterValidator(_key_file)]
"""A file with base64 of 32 bytes, checked at the start; read with `key_in`."""
DatabaseUrl = Annotated[SecretStr, AfterValidator(_async_postgres)]


class BusSettings(BaseSettings):
    """Where Kafka is and as whom to speak to it."""

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True, env_ignore_empty=True)

    mode: Literal["development", "production"] = "production"
    kafka: str = Field(pattern=r"^[^\s:,]+:\d{1,5}(,[^\s:,]+:\d{1,5})*$")
    """host:port, several with commas."""
    kafka_security: Security = "sasl_ssl"
    kafka_user: str | None = None
    kafka_password_file: ExistingFile | None = None
    kafka_ca_file: ExistingFile | None = None
    """Of a certificate authority that this machine does not know by itself; PEM."""
    topic_prefix: str = Field(default="", pattern=r"^[a-zA-Z0-9._-]*$", max_length=100)

    @model_validator(mode="after")
    def _known_to_kafka(self) -> Self:
        security, user, password = (
            _variable(type(self), f"kafka_{name}") for name in ("security", "user", "password_file")
        )
        if self.kafka_security != "plaintext" and not (
            self.kafka_user and self.kafka_password_file
        ):
            raise ValueError(f"{user}, {password}: missing, {self.kafka_security} asks for both")
        if self.kafka_security == "plaintext" and self.mode == "production":
            raise ValueError(
                f"{security}: on plaintext anybody may write events, set sasl_ssl (sasl_plaintext "
                f"where nobody else is on the network) with {user} and {password}"
            )
        return self

    def brokers(self) -> Brokers:
        """What Kafka's clients are made with."""
        return Brokers(
            addresses=self.kafka,
            security=self.kafka_security,
            user=self.kafka_user or "",
            password_file=self.kafka_password_file,
            ca_file=self.kafka_ca_file,
        )


class ServiceSettings(BusSettings):
    """What every service needs. A service subclasses it with an `env_prefix` of its own."""

    database_url: DatabaseUrl
    """The runtime role's."""
    database_password_file: Path | None = None
    """Its password, when the address names none."""
    owner_database_url: DatabaseUrl | None = None
    """The owner role's: only to migrate and to replay."""
    owner_database_password_file: Path | None = None
    instance: str = Field(default="1", pattern=r"^[a-zA-Z0-9._-]+$", max_length=40)
    """Of the processes of this service at one time each has another."""
    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65_535)
    jwks_file: ExistingFile
    token_issuer: str = Field(default="tameng", min_length=1)
    token_audience: str = Field(default="tameng", min_length=1)
    clock_file: ExistingFile | None = None
    """A simulated clock."""
    otlp_endpoint: str | None = Field(default=None, pattern=r"^https?://")
    """Where traces are sent (OTLP over HTTP): `http://collector:4318/v1/traces`; None: nowhere."""
    traces_file: Path | None = None
    """Where spans are written instead, a JSON object a line."""
    traces_ratio: float = Field(default=1.0, ge=0, le=1)
    """How many of all traces are kept; each whole, in every service the same."""

    @model_validator(mode="before")
    @classmethod
    def _passwords_from_files(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Addresses with the passwords of the files that stand beside them."""
        files = {name: f"{name.removesuffix('url')}password_file" for name in cls.model_fields}
        return given | {
            name: with_password(given[name], _read(Path(given[file]), _variable(cls, file)))
            for name, file in files.items()
            if name.endswith("_url") and given.get(name) and given.get(file)
        }

    @model_validator(mode="after")
    def _real_time_in_production(self) -> Self:
        if self.mode == "production" and self.clock_file:
            variable = _variable(type(self), "clock_file")
            raise ValueError(f"{variable}: production runs on real time, unset it")
        return self

    @model_validator(mode="after")
    def _passwords_in_production(self) -> Self:
        if self.mode == "development":
            return self
        passwords = {
            name: unquote(urlsplit(url).password or "")
            for name, url in self.addresses_with_passwords().items()
        } | {"kafka_password_file": self.brokers().password()}
        for name, password in passwords.items():
            if len(password) < PASSWORD_CHARACTERS_MIN:
                raise ValueError(
                    f"{_variable(type(self), name)}: its password has fewer than "
                    f"{PASSWORD_CHARACTERS_MIN} characters, as a default has: make one by "
                    "chance (`tameng secrets`)"
                )
        return self

    def addresses_with_passwords(self) -> dict[str, str]:
        """The addresses that hold a password, by the name of their field."""
        urls = {"database_url": self.database_url, "owner_database_url": self.owner_database_url}
        return {name: url.get_secret_value() for name, url in urls.items() if url is not None}

    def owner_url(self) -> str:
        """The owner role's address, with its password. Raises SettingsInvalid when not given."""
        if self.owner_database_url is None:
            raise SettingsInvalid(f"{_variable(type(self), 'owner_database_url')}: missing")
        return self.owner_database_url.get_secret_value()


class SealingSettings(ServiceSettings):
    """What a service that keeps personal keys needs besides."""

    master_key_file: KeyFile

    def master_key(self) -> bytes:
        """The key that wraps the keys of persons."""
        return key_in(self.master_key_file)


Settings = TypeVar("Settings", bound=BaseSettings)


def load(settings_class: type[Settings]) -> Settings:
    """The settings in the environment. Raises SettingsInvalid; no value is in its text."""
    try:
        return settings_class()
    except ValidationError as error:
        found = (_problem(settings_class, each) for each in error.errors(include_input=False))
        raise SettingsInvalid("; ".join(found)) from None


def _problem(settings_class: type[BaseSettings], error: ErrorDetails) -> str:
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "missing":
        message = "missing"
    if not error["loc"]:
        return message
    return f"{_variable(settings_class, str(error['loc'][0]))}: {message}"


def with_password(url: str, password: str) -> str:
    """The same address, with another password."""
    parts = urlsplit(url)
    login, _, host = parts.netloc.rpartition("@")
    user = login.partition(":")[0]
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))


def _variable(settings_class: type[BaseSettings], field: str) -> str:
    return f"{settings_class.model_config.get('env_prefix', '')}{field}".upper()
