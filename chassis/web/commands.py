"""Requests that change something: done once, however often they arrive.

The key of a request is bound to who sends it, to the route and to a digest of the body. The answer
is stored in the transaction of the effect, so there is never one without the other. Refusals are
not stored: they changed nothing, and the next try may fare better.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Annotated, Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

import stamina
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import text

from chassis.correlation import correlation_id
from chassis.faults import is_passing
from chassis.state.unit import Unit, Units
from chassis.web.access import BODY_BYTES_MAX, AreaFrom, Caller, allowed
from contracts.event import Cause
from contracts.refusal import Refused

TRIES_MAX = 5
TRYING_S = 10.0
KEY_CHARACTERS_MAX = 100
KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"
Operation = Callable[[Unit], Awaitable[BaseModel]]

_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:principal || ' ' || :key, 0))")
_STORED = text(
    "SELECT route, body_sha256, status, answer FROM idempotency_key "
    "WHERE principal = :principal AND key = :key"
)
_STORE = text(
    "INSERT INTO idempotency_key (principal, key, route, body_sha256, status, answer) "
    "VALUES (:principal, :key, :route, :body_sha256, :status, :answer)"
)


_KEY = Header(
    alias=KEY_HEADER,
    min_length=1,
    max_length=KEY_CHARACTERS_MAX,
    description="A key of your own making, another for each thing that is to be done. Sent again "
    "with the same body, the request does nothing more and gets its first answer.",
    examples=["monday-the-third"],
)


class IdempotencyKeyReused(Refused):
    """The same key came with another request."""

    slug, status, retryable = "idempotency-key-reused", 422, False


class RequestInFlight(Refused):
    """The same request is being worked on right now."""

    slug, status, retryable = "request-in-flight", 409, True


class Stored(NamedTuple):
    """The answer that a key was given before."""

    route: str
    body_sha256: bytes
    status: int
    answer: bytes


@dataclass(frozen=True)
class Command:
    """One request that changes something: who asks, what it causes, the key that makes it once."""

    caller: Caller
    key: str
    route: str
    status: int
    body_sha256: bytes
    cause: Cause
    units: Units

    async def run(self, operation: Operation) -> Response:
        """Do it in a transaction over a few rows of the caller's area, or answer as the first time.

        Raises: IdempotencyKeyReused, RequestInFlight, and what the operation refuses.
        """
        return await self._run(operation, partial(self.units.single, area=self.caller.area))

    async def run_bulk(self, operation: Operation) -> Response:
        """As `run`, for an operation over many keys."""
        return await self._run(operation, partial(self.units.bulk, area=self.caller.area))

    async def _run(
        self, operation: Operation, open_unit: Callable[[], AbstractAsyncContextManager[Unit]]
    ) -> Response:
        async for attempt in stamina.retry_context(
            on=is_passing, attempts=TRIES_MAX, timeout=TRYING_S, wait_initial=0.02
        ):
            with attempt:
                async with open_unit() as unit:
                    return await self._once(unit, operation)
        raise AssertionError("stamina returns or raises")

    async def _once(self, unit: Unit, operation: Operation) -> Response:
        if not await unit.session.scalar(_TRY_LOCK, self._names):
            raise RequestInFlight("The same request is under way: wait for its answer.")
        stored = await self._stored(unit)
        if stored is not None:
            return _response(stored.answer, stored.status, replayed=True)
        answer = (await operation(unit)).model_dump_json().encode()
        fresh = self._names | {
            "route": self.route, "body_sha256": self.body_sha256,
            "status": self.status, "answer": answer,
        }  # fmt: skip
        await unit.session.execute(_STORE, fresh)
        return _response(answer, self.status, replayed=False)

    async def _stored(self, unit: Unit) -> Stored | None:
        row = (await unit.session.execute(_STORED, self._names)).one_or_none()
        if row is None:
            return None
        stored = Stored._make(row)
        if (stored.route, stored.body_sha256) != (self.route, self.body_sha256):
            raise IdempotencyKeyReused(
                "This Idempotency-Key was used for another request: choose a new one."
            )
        return stored

    @property
    def _names(self) -> dict[str, Any]:
        return {"principal": self.caller.name, "key": self.key}


def _response(answer: bytes, status: int, *, replayed: bool) -> Response:
    headers = {REPLAYED_HEADER: "true"} if replayed else None
    return Response(answer, status, headers, media_type="application/json")


def command(*roles: str, area: AreaFrom, body_bytes_max: int = BODY_BYTES_MAX) -> Any:  # noqa: ANN401  (as FastAPI's own Depends)
    """Declare, in `Annotated[Command, ...]`, a route that changes something and who may call it.

    The caller sends an `Idempotency-Key` of its own making.
    """
    access = allowed(*roles, area=area, body_bytes_max=body_bytes_max)

    async def asked(
        request: Request,
        caller: Annotated[Caller, access],
        idempotency_key: Annotated[str, _KEY],
    ) -> Command:
        route = f"{request.method} {request.url.path}"
        command_id = uuid5(NAMESPACE_URL, f"{caller.name} {route} {idempotency_key}")
        return Command(
            caller=caller,
            key=idempotency_key,
            route=route,
            status=request.scope["route"].status_code or 200,
            body_sha256=sha256(await request.body()).digest(),
            cause=Cause(command_id, correlation_id() or command_id),
            units=request.app.state.units,
        )

    return Depends(asked)
