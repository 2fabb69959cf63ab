"""The enrollment service, put together."""

from collections.abc import Sequence

from fastapi import APIRouter

from chassis.service import Service
from chassis.web import subject_keys
from contracts.enrollment import SubjectKeyRead
from services.enrollment import adapters, api, commands, jobs
from services.enrollment.adapters import Tools
from services.enrollment.consumers import handlers
from services.enrollment.models import Table
from services.enrollment.projections import projections, replicas
from services.enrollment.queries import watching
from services.enrollment.settings import Settings


def _routers(_settings: Settings, tools: Tools) -> Sequence[APIRouter]:
    keys = subject_keys.router(SubjectKeyRead, wrap=tools.identities.wrap, roles=("bank", "branch"))
    return *api.routers, keys


service = Service(
    name="enrollment",
    settings=Settings,
    tables=Table.metadata,
    projections=projections,
    replicas=replicas,
    handlers=handlers,
    listens_to=("banking", "claims"),
    routers=_routers,
    tools=adapters.make_tools,
    jobs=jobs.jobs,
    watches=watching.WATCHES,
    commands=commands.add_commands,
)
