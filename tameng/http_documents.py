"""The OpenAPI document of each service, made from its routes without any server."""

import asyncio
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chassis.service import Service, application
from chassis.web import openapi
from tameng.environment import RAIL, SERVICES, Surroundings, of_service
from tameng.keys import Keys
from tameng.ports import LOCALHOST
from tameng.stack.parts import Part, Stack

DISCARD_PORT = 9
"""Nobody listens there, and nobody is called."""
_ADDRESS = f"{LOCALHOST}:{DISCARD_PORT}"


@cache
def documents() -> dict[str, dict[str, Any]]:
    """The document of each service, by its name."""
    with TemporaryDirectory() as folder:
        around = _surroundings(Path(folder))
        return {name: asyncio.run(_document(name, around)) for name in SERVICES}


async def _document(name: str, around: Surroundings) -> dict[str, Any]:
    service: Service[Any] = import_module(f"services.{name}.app").service
    prefix = f"{name.upper()}_"
    given: dict[str, Any] = {
        variable.removeprefix(prefix).lower(): value
        for variable, value in of_service(around, name).items()
    }
    app = application(service, service.settings(**given))
    try:
        return openapi.document(app)
    finally:
        await app.state.running.tools.aclose()
        await app.state.running.units.engine.dispose()


def _surroundings(folder: Path) -> Surroundings:
    """What settings ask for: addresses that lead nowhere, keys that are thrown away."""
    for asking in ("banking", "claims"):
        (folder / asking).write_text("none")
    return Surroundings(
        stack=Stack(
            kafka=Part(kind="kafka", origin="address", address=_ADDRESS),
            postgres=Part(
                kind="postgres", origin="address", address=f"postgresql://none:none@{_ADDRESS}/none"
            ),
            redis=Part(kind="redis", origin="address", address=f"redis://{_ADDRESS}/0"),
        ),
        keys=Keys(folder / "keys"),
        ports=dict.fromkeys((*SERVICES, RAIL), DISCARD_PORT),
        prefix="",
        clock_file=None,
        archive_folder=folder / "archive",
        rail_book_file=folder / "rail.book",
        tokens_folder=folder,
        blobs_folder=folder / "blobs",
    )
