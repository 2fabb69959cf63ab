"""Ids for what nothing has caused: a request, a command."""

from os import urandom
from uuid import UUID


def new_id() -> UUID:
    """A random id. Whatever follows from an event has a derived one instead."""
    return UUID(bytes=urandom(16), version=4)
