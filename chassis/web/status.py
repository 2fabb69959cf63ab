"""GET /status: a service's place on the bus, for whoever runs or audits it."""

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.bus.consumer import Consumer
from chassis.bus.relay import Relay
from chassis.status import Status, status
from chassis.web.access import ANYWHERE, Guarded, allowed


def router(engine: AsyncEngine, relay: Relay, consumer: Consumer) -> APIRouter:
    """The route of one process."""
    routes = APIRouter(
        route_class=Guarded, dependencies=[allowed("admin", "auditor", area=ANYWHERE)]
    )

    @routes.get("/status")
    async def standing() -> Status:
        """Heads, what was sent of them, watermarks, gaps, parked events."""
        return await status(engine, relay, consumer)

    return routes
