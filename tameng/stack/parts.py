"""The three servers that Tameng's services need, and where they come from."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["kafka", "postgres", "redis"]
Origin = Literal["address", "container", "embedded"]
KINDS: tuple[Kind, ...] = ("kafka", "postgres", "redis")


@dataclass(frozen=True, kw_only=True)
class Part:
    """A server that answers."""

    kind: Kind
    origin: Origin
    address: str
    """Kafka: host:port. Postgres: the superuser's URL. Redis: a URL."""


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
