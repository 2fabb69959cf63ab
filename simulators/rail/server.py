"""The rail's HTTP server: uvicorn, with a way to cut a connection as a broken line does."""

import asyncio
from typing import Final

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from simulators.rail.settings import Settings

CUT: Final = "rail.cut"
"""The ASGI extension that closes the connection of a request, whatever was sent of its answer."""
STOP_WAIT_S: Final = 1
"""Requests that are being held back on purpose must not hold back the stop."""


class Line(AutoHTTPProtocol):  # type: ignore[misc,valid-type]  # whichever parser is installed
    """A connection that the application can cut."""

    def data_received(self, data: bytes) -> None:
        """Hand the application of a request the means to cut its connection."""
        super().data_received(data)
        transport: asyncio.Transport = self.transport
        if self.scope is not None:
            self.scope.setdefault("extensions", {})[CUT] = transport.close


def config(app: object, settings: Settings) -> uvicorn.Config:
    """How the application is served."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # an ASGI application
        host=settings.host,
        port=settings.port,
        http=Line,
        access_log=False,
        timeout_graceful_shutdown=STOP_WAIT_S,
    )
