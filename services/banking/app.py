"""The banking service, put together."""

from collections.abc import Sequence

from fastapi import APIRouter

from chassis.service import Service
from services.banking import adapters, api, jobs
from services.banking.adapters import Tools
from services.banking.consumers import handlers
from services.banking.models import Table
from services.banking.projections import projections, replicas
from services.banking.settings import Settings


def _routers(_settings: Settings, _tools: Tools) -> Sequence[APIRouter]:
    return (api.router,)


service = Service(
    name="banking",
    settings=Settings,
    tables=Table.metadata,
    projections=projections,
    replicas=replicas,
    handlers=handlers,
    listens_to=("enrollment", "claims"),
    routers=_routers,
    tools=adapters.make_tools,
    jobs=jobs.jobs,
)
