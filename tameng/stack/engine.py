"""Whether a Docker engine runs on this machine; asked before anything of Docker is loaded."""

import os
import socket

ENGINE_DEFAULT = "unix:///var/run/docker.sock"
ENGINE_TIMEOUT_S = 2
STATUS_LINE_BYTES_MAX = 1024


def has_engine() -> bool:
    """Whether a Docker engine of this machine answers. One elsewhere could not use 127.0.0.1."""
    scheme, _, path = os.environ.get("DOCKER_HOST", ENGINE_DEFAULT).partition("://")
    if scheme != "unix":
        return False
    with socket.socket(socket.AF_UNIX) as engine:
        engine.settimeout(ENGINE_TIMEOUT_S)
        try:
            engine.connect(path)
            engine.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return b" 200 " in engine.recv(STATUS_LINE_BYTES_MAX)
        except OSError:
            return False
