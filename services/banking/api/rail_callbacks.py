"""What the rail tells unasked."""

from typing import Annotated, Any

import stamina
from fastapi import APIRouter, Depends, Request

from chassis.clock import real_now
from chassis.faults import is_passing
from chassis.state.unit import EVERYWHERE, Units
from chassis.web.access import BODY_LIMIT, Guarded, public
from chassis.web.reading import tools
from services.banking.adapters import Tools
from services.banking.operations import callbacks

BODY_BYTES_MAX = 16 * 1024
TRIES_MAX = 5
TRYING_S = 4.0
router = APIRouter(route_class=Guarded, tags=["Rail"])
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The status of one transfer as the rail's status service answers it, signed "
        "in X-TIMESTAMP and X-SIGNATURE: see docs/banking/rail.md.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


@router.post("/rail/call-backs", dependencies=[public], openapi_extra=_BODY)
async def call_back(request: Request, tools: Annotated[Tools, Depends(tools)]) -> callbacks.Heard:
    """What became of a transfer, told by the rail. No token: the rail's signature is checked before
    anything is read. The same body changes nothing twice.
    """
    request.scope[BODY_LIMIT] = BODY_BYTES_MAX
    body = await request.body()
    callbacks.check_authentic(
        tools.rail.partner,
        path=request.url.path,
        body=body,
        timestamp=request.headers.get("x-timestamp", ""),
        signature=request.headers.get("x-signature", ""),
        now=real_now(),
    )
    told = callbacks.outcome_in(body)
    units: Units = request.app.state.units
    async for attempt in stamina.retry_context(
        on=is_passing, attempts=TRIES_MAX, timeout=TRYING_S, wait_initial=0.02
    ):
        with attempt:
            async with units.bulk(area=EVERYWHERE) as unit:
                await callbacks.take_in(unit, told, body=body)
    return callbacks.Heard()
