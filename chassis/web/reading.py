"""What routes take from the process that answers them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

import stamina
from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.faults import is_passing
from chassis.state.unit import NOWHERE, Unit, Units
from chassis.web.access import Caller

TRIES_MAX = 5
TRYING_S = 10.0
Read = TypeVar("Read")


async def _session(request: Request) -> AsyncIterator[AsyncSession]:
    units: Units = request.app.state.units
    caller: Caller | None = getattr(request.state, "caller", None)  # a public route has none
    async with units.reading(area=caller.area if caller else NOWHERE) as session:
        yield session


Session = Annotated[AsyncSession, Depends(_session)]
"""A session that nobody commits; of what has an area it sees what lies in the caller's."""


@dataclass(frozen=True)
class Notes:
    """Readings that are put on record: nothing is shown before the record of it is committed."""

    units: Units
    area: str

    async def run(self, read: Callable[[Unit], Awaitable[Read]]) -> Read:
        """What `read` finds in a transaction of the caller's area, once it is committed."""
        async for attempt in stamina.retry_context(
            on=is_passing, attempts=TRIES_MAX, timeout=TRYING_S, wait_initial=0.02
        ):
            with attempt:
                async with self.units.single(area=self.area) as unit:
                    return await read(unit)  # which happens when the unit is committed
        raise AssertionError("stamina returns or raises")


async def _notes(request: Request) -> Notes:
    caller: Caller = request.state.caller
    return Notes(request.app.state.units, caller.area)


Noting = Annotated[Notes, Depends(_notes)]
"""For a route that shows somebody's data: it reads and records in one transaction."""


async def _now(request: Request) -> datetime:
    units: Units = request.app.state.units
    return units.clock()


Now = Annotated[datetime, Depends(_now)]
"""The service's own instant, as its commands know it."""


async def tools(request: Request) -> Any:  # noqa: ANN401  (each service has its own)
    """What the service uses beside its database."""
    return request.app.state.tools
