"""Ports of this machine for the servers that Tameng starts."""

import random
import socket
from collections.abc import Collection
from pathlib import Path

from tameng.problems import Problem

LOCALHOST = "127.0.0.1"
LOWEST_PORT = 20_000
EPHEMERAL_RANGE_FILE = Path("/proc/sys/net/ipv4/ip_local_port_range")
EPHEMERAL_FROM_DEFAULT = 32_768
TRIES_MAX = 200


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        # As servers do: a port whose last connections are only fading away is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
        except OSError:
            return False
        return True


def free_port(*, besides: Collection[int] = ()) -> int:
    """A free port below the ones that the system lends to clients.

    Not one of the system's own choice (port 0): a client that keeps calling a dead server can be
    lent that very port, reaches itself, and the server cannot come back.
    """
    above = _ephemeral_from()
    for _ in range(TRIES_MAX):
        port = random.randrange(min(LOWEST_PORT, above // 2), above)  # noqa: S311 (no secret)
        if port not in besides and is_free(port):
            return port
    raise Problem("no free port on 127.0.0.1: stop some of the servers of this machine")


def _ephemeral_from() -> int:
    try:
        lowest = int(EPHEMERAL_RANGE_FILE.read_text().split()[0])
    except OSError:
        return EPHEMERAL_FROM_DEFAULT
    # Some machines lend everything from 1024 on; then no range is safe and the usual one serves.
    return lowest if lowest > LOWEST_PORT else EPHEMERAL_FROM_DEFAULT
