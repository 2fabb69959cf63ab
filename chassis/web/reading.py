"""Requests that only read."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession


async def _session(request: Request) -> AsyncIterator[AsyncSession]:
    async with AsyncSession(request.app.state.units.engine) as session:
        yield session


Session = Annotated[AsyncSession, Depends(_session)]
"""A session that nobody commits."""
