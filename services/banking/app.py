"""The banking service, put together."""

from collections.abc import Sequence

from fastapi import APIRouter

from chassis.service import Service
from chassis.web import subject_keys
from contracts.banking import SubjectKeyRead
from services.banking import adapters, api, commands, jobs
from services.banking.adapters import Tools
from services.banking.consumers import handlers
from services.banking.models import Table
from services.banking.projections import projections, replicas
from services.banking.queries import watching
from services.banking.settings import Settings


def _routers(_settings: Settings, tools: Tools) -> Sequence[APIRouter]:
    keys = subject_keys.router(SubjectKeyRead, wrap=tools.holders.wrap, roles=("bank",))
    return *api.routers, keys


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
    watches=watching.WATCHES,
    commands=commands.add_commands,
)
