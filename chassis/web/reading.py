"""What routes take from the process that answers them."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession


async def _session(request: Request) -> AsyncIterator[AsyncSession]:
    async with AsyncSession(request.app.state.units.engine) as session:
        yield session


Session = Annotated[AsyncSession, Depends(_session)]
"""A session that nobody commits."""


def tools(request: Request) -> Any:  # noqa: ANN401  (each service has its own)
    """What the service uses beside its database."""
    return request.app.state.tools
