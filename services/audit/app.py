"""The audit service, put together."""

from collections.abc import Sequence

from fastapi import APIRouter

from chassis.service import Service
from services.audit import adapters, api, commands, consumers, jobs
from services.audit.adapters import Tools
from services.audit.models import Table
from services.audit.operations import watching
from services.audit.projections import projections, replicas
from services.audit.settings import Settings


def _routers(_settings: Settings, _tools: Tools) -> Sequence[APIRouter]:
    return api.routers


service = Service(
    name="audit",
    settings=Settings,
    tables=Table.metadata,
    projections=projections,
    replicas=replicas,
    handlers=consumers.handlers,
    listens_to=("enrollment", "banking", "claims", "audit"),
    routers=_routers,
    tools=adapters.make_tools,
    jobs=jobs.jobs,
    closing=jobs.vouch,
    watches=watching.WATCHES,
    store=consumers.store,
    pace=consumers.PACE,
    commands=commands.add_commands,
)
