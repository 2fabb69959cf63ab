"""The claims service, put together."""

from collections.abc import Sequence

from fastapi import APIRouter

from chassis.service import Service
from chassis.web import subject_keys
from contracts.claims import SubjectKeyRead
from services.claims import adapters, api, commands
from services.claims.adapters import Tools
from services.claims.consumers import handlers
from services.claims.models import Table
from services.claims.operations import watching
from services.claims.projections import projections, replicas
from services.claims.settings import Settings


def _routers(_settings: Settings, tools: Tools) -> Sequence[APIRouter]:
    keys = subject_keys.router(SubjectKeyRead, wrap=tools.identities.wrap, roles=("bank", "branch"))
    return *api.routers, keys


service = Service(
    name="claims",
    settings=Settings,
    tables=Table.metadata,
    projections=projections,
    replicas=replicas,
    handlers=handlers,
    listens_to=("enrollment", "banking"),
    routers=_routers,
    tools=adapters.make_tools,
    commands=commands.add_commands,
    watches=watching.WATCHES,
)
