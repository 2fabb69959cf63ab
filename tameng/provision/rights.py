"""Who may do what on the bus. Everything else is forbidden. Pure.

A service reads the topics of those whose events name it as a reader (in `contracts/`), and its own,
to find where it stands; it writes its own, and asks on `rewinds` for what it misses. The right to
write a topic includes idempotent writes.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from chassis.bus.topics import Topics
from contracts.catalogue import OWNERS, events_of

AUDITOR = "audit"
"""Reads everything."""


class Right(NamedTuple):
    """One thing that a user may do."""

    user: str
    operation: Literal["READ", "WRITE"]
    resource: Literal["TOPIC", "GROUP"]
    name: str
    pattern: Literal["LITERAL", "PREFIXED"] = "LITERAL"

    def __str__(self) -> str:
        """As a line for an operator."""
        many = "*" if self.pattern == "PREFIXED" else ""
        return f"{self.user} may {self.operation} {self.resource.lower()} {self.name}{many}"


def listens_to(service: str) -> tuple[str, ...]:
    """The services whose events are meant for this one."""
    if service == AUDITOR:
        return tuple(OWNERS)
    return tuple(
        owner
        for owner in OWNERS
        if any(service in event.readers for event in events_of(owner).values())
    )


def table(topics: Topics) -> tuple[Right, ...]:
    """All rights in an installation. The users are named after their services."""
    return tuple(right for service in OWNERS for right in _of(service, topics))


def _of(service: str, topics: Topics) -> Iterator[Right]:
    own, group = topics.of(service), f"{topics.prefix}{service}"
    for topic in (own, topics.rewinds):
        yield Right(service, "WRITE", "TOPIC", topic)
    for topic in sorted({own, topics.rewinds, *map(topics.of, listens_to(service))}):
        yield Right(service, "READ", "TOPIC", topic)
    yield Right(service, "READ", "GROUP", group)
    yield Right(service, "READ", "GROUP", f"{group}.", "PREFIXED")
