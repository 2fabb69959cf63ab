"""Give the keys of persons to those who may read them, and put on record who did and why."""

from base64 import b64encode
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from chassis.correlation import correlation_id
from chassis.ids import new_id
from chassis.sealing import KeyWrap
from chassis.state.unit import Units
from chassis.subject_keys import keys_of
from chassis.web.access import ANYWHERE, Caller, Guarded, allowed
from chassis.web.asked import Asked
from contracts.event import Cause
from contracts.shared import KeyRead
from contracts.types import Line

SUBJECTS_MAX = 1_000


class ReadKeys(Asked):
    """The persons whose keys are needed, and why."""

    subjects: frozenset[UUID] = Field(min_length=1, max_length=SUBJECTS_MAX)
    reason: Line


class Keys(BaseModel):
    """Keys of 32 bytes as base64, by subject; who is absent is unknown or erased."""

    keys: dict[UUID, str]


def router(event: type[KeyRead], *, wrap: KeyWrap, roles: tuple[str, ...]) -> APIRouter:
    """`POST /subject-keys:read` for these roles. The answer is never stored: it holds keys."""
    routes = APIRouter(route_class=Guarded)

    @routes.post("/subject-keys:read")
    async def read_keys(
        asked: ReadKeys, request: Request, caller: Annotated[Caller, allowed(*roles, area=ANYWHERE)]
    ) -> Keys:
        """Read keys; each reading is an event of its own."""
        units: Units = request.app.state.units
        read_id = new_id()
        cause = Cause(read_id, correlation_id() or read_id)
        async with units.single(area=caller.area) as unit:
            wrapped = await keys_of(unit.session, asked.subjects)
            await unit.record(
                event(
                    **cause.stamp(f"read {subject}", at=unit.now),
                    subject_id=subject,
                    read_by=caller.name,
                    role=caller.role,
                    reason=asked.reason,
                )
                for subject in sorted(wrapped)
            )
        keys = {s: b64encode(wrap.unwrap(s, key)).decode() for s, key in wrapped.items()}
        return Keys(keys=keys)

    return routes
