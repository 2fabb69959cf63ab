"""The three servers that Tameng's services need, and where they come from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from chassis.bus.brokers import Brokers, Security

Kind = Literal["kafka", "postgres", "redis"]
Origin = Literal["address", "container", "embedded"]
KINDS: tuple[Kind, ...] = ("kafka", "postgres", "redis")
ADMIN = "admin"
"""Kafka's user who may do everything. The others are named after their services."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """How a Kafka lets its users in."""

    security: Security = "plaintext"
    passwords: Path | None = None
    """The folder with a file for each user. None: nobody is asked who he is."""
    ca_file: Path | None = None
    """Of a certificate authority that this machine does not know by itself."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A server that answers."""

    kind: Kind
    origin: Origin
    address: str
    """Kafka: host:port. Postgres: the superuser's URL. Redis: a URL."""
    access: Access = Access()
    """Kafka's."""

    def brokers(self, user: str) -> Brokers:
        """What a user's clients of this Kafka are made with."""
        folder = self.access.passwords
        return Brokers(
            addresses=self.address,
            security=self.access.security,
            user=user,
            password_file=None if folder is None else password_file(folder, user),
            ca_file=self.access.ca_file,
        )


@dataclass(frozen=True, kw_only=True)
class Stack:
    """The three together."""

    kafka: Part
    postgres: Part
    redis: Part

    @property
    def origins(self) -> dict[Kind, Origin]:
        """Where each came from."""
        return {part.kind: part.origin for part in (self.kafka, self.postgres, self.redis)}


def password_file(folder: Path, user: str) -> Path:
    """Where the password of one of Kafka's users stands."""
    return folder / f"kafka-{user}.password"
