"""The rail's application, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from simulators.rail.api import not_served, snap_routes
from simulators.rail.book import Book
from simulators.rail.codes import NotServed
from simulators.rail.control import control_routes
from simulators.rail.gate import Gate
from simulators.rail.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """Open the book and mount the routes; `sqlite3.Error` or `SecretTooShort` when it cannot."""
    secret = settings.secret()
    book = Book(settings.book_file)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        book.close()

    app = FastAPI(title="Interbank rail (simulator)", lifespan=lifespan)
    app.add_exception_handler(NotServed, not_served)  # type: ignore[arg-type]  # Starlette types it for Exception
    door = Gate(book=book, partner_id=settings.partner_id, secret=secret)
    app.include_router(snap_routes(book=book, door=door, secret=secret))
    app.include_router(control_routes(book))

    @app.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "live"}

    return app
