"""The passwords of an installation, as files that servers, services and `provision` read."""

from collections.abc import Iterator
from pathlib import Path

from contracts.catalogue import OWNERS
from tameng.keys import Keys
from tameng.stack.kafka_users import USERS

SERVERS = ("postgres", "redis")


def write_passwords(keys: Keys) -> Iterator[Path]:
    """Make those that are missing; the files of all, each without a line's end."""
    for server in SERVERS:
        yield keys.password_file(server)
    for user in USERS:
        yield keys.password_file(f"kafka-{user}")
    for service in OWNERS:
        for role in ("owner", "runtime"):
            yield keys.password_file(f"{service}-{role}")
