"""GET /metrics, for anybody."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chassis.metrics import Metrics
from chassis.web.access import Guarded, public


async def _nothing() -> None:
    """Counters alone need no look."""


def router(metrics: Metrics, *, observe: Callable[[], Awaitable[None]] = _nothing) -> APIRouter:
    """The figures of this process in the text format of Prometheus; `observe` sets the gauges."""
    routes = APIRouter(route_class=Guarded, dependencies=[public])

    @routes.get("/metrics", include_in_schema=False)
    async def figures() -> Response:
        await observe()
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return routes
