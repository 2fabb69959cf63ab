"""Keeping a service out of its database while it is repaired."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.bus.relay import Relay

_TRY_LOCK = text("SELECT pg_try_advisory_lock(:lock)")
_CLOSE = 'REVOKE INSERT ON event_log FROM "{role}"'
_OPEN = 'GRANT INSERT ON event_log TO "{role}"'


class ServiceRuns(RuntimeError):
    """A process of the service is connected and may record."""


@asynccontextmanager
async def alone_on(engine: AsyncEngine, *, role: str) -> AsyncIterator[None]:
    """Keep the service out: its relay by the lock that it holds while it runs, and what somebody
    starts meanwhile by its right to record, which only an ended recovery gives back.

    Raises: ServiceRuns.
    """
    async with engine.connect() as pooled:
        connection = await pooled.execution_options(isolation_level="AUTOCOMMIT")
        if not await connection.scalar(_TRY_LOCK, {"lock": Relay.lock}):
            raise ServiceRuns("the service runs on this database: stop it first")
        try:
            await connection.execute(text(_CLOSE.format(role=role)))
            yield
            await connection.execute(text(_OPEN.format(role=role)))
        finally:
            await connection.invalidate()
