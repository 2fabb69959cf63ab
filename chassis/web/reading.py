"""What routes take from the process that answers them."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import NOWHERE, Units
from chassis.web.access import Caller


async def _session(request: Request) -> AsyncIterator[AsyncSession]:
    units: Units = request.app.state.units
    caller: Caller | None = getattr(request.state, "caller", None)  # a public route has none
    async with units.reading(area=caller.area if caller else NOWHERE) as session:
        yield session


Session = Annotated[AsyncSession, Depends(_session)]
"""A session that nobody commits; of what has an area it sees what lies in the caller's."""


def _now(request: Request) -> datetime:
    units: Units = request.app.state.units
    return units.clock()


Now = Annotated[datetime, Depends(_now)]
"""The service's own instant, as its commands know it."""


def tools(request: Request) -> Any:  # noqa: ANN401  (each service has its own)
    """What the service uses beside its database."""
    return request.app.state.tools
