"""GET /metrics, for anybody."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chassis.metrics import Metrics
from chassis.web.access import Guarded, public


def router(metrics: Metrics) -> APIRouter:
    """The figures of this process in the text format of Prometheus."""
    routes = APIRouter(route_class=Guarded, dependencies=[public])

    @routes.get("/metrics", include_in_schema=False)
    async def figures() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return routes
