"""The rail's application, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI

from simulators.rail import codes
from simulators.rail.book import Book
from simulators.rail.call_backs import CallBacks
from simulators.rail.control import control_routes
from simulators.rail.gate import Gate
from simulators.rail.settings import Settings
from simulators.rail.snap import Receive, Scope, Send, Snap
from simulators.rail.weather import Weather


@dataclass(frozen=True)
class Rail:
    """SNAP by a short way, everything else by FastAPI."""

    snap: Snap
    control: FastAPI

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve as an ASGI application."""
        of_snap = (
            scope["type"] == "http"
            and scope["method"] == "POST"
            and scope["path"] in codes.SERVICES
        )
        await (self.snap if of_snap else self.control)(scope, receive, send)


def create_app(settings: Settings) -> Rail:
    """Open the book and mount the routes; `sqlite3.Error` or `SecretTooShort` when it cannot."""
    secret = settings.secret()
    book = Book(settings.book_file)
    weather = Weather(book)
    calls = CallBacks(secret)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await calls.close()
        book.close()

    app = FastAPI(title="Interbank rail (simulator)", lifespan=lifespan)
    app.include_router(control_routes(book, weather))

    @app.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "live"}

    door = Gate(book=book, partner_id=settings.partner_id, secret=secret)
    return Rail(Snap(book, door, weather, calls), app)
