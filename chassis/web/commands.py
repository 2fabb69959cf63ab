"""Requests that change something: done once, however often they arrive."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Annotated, Any
from uuid import NAMESPACE_URL, UUID, uuid5

import stamina
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from chassis.correlation import correlation_id
from chassis.faults import is_passing, is_taken
from chassis.state import event_log
from chassis.state.unit import EVERYWHERE, Unit, Units
from chassis.web.access import BODY_BYTES_MAX, Access, AreaFrom, Caller
from chassis.web.idempotency import Keyed, Operation, once
from chassis.web.requests import COMMAND
from chassis.web.together import Together
from contracts.event import Cause
from contracts.refusal import Refused

TRIES_MAX = 5
TRYING_S = 10.0
KEY_CHARACTERS_MAX = 100
KEY_HEADER = "Idempotency-Key"

_KEY = Header(
    alias=KEY_HEADER,
    min_length=1,
    max_length=KEY_CHARACTERS_MAX,
    description="A key of your own making, another for each thing that is to be done. Sent again "
    "with the same body, the request does nothing more and gets its first answer.",
    examples=["monday-the-third"],
)


class DoneBefore(Refused):
    """The event log knows this very request; a recovered database may have lost its answer."""

    slug, status, retryable = "done-before", 409, False


@dataclass(frozen=True)
class Command:
    """One request that changes something: who asks, what it causes, the key that makes it once."""

    caller: Caller
    request: Keyed
    cause: Cause
    units: Units
    together: Together

    async def run(self, operation: Operation) -> Response:
        """Do it in a transaction over a few rows of the caller's area, or answer as the first time.

        Raises: IdempotencyKeyReused, RequestInFlight, and what the operation refuses.
        """
        return await self._run(operation, partial(self.units.single, area=self.caller.area))

    async def run_together(self, operation: Operation, *, about: UUID) -> Response:
        """As `run`, in one transaction and in step with the commands that wait at the same time;
        for an operation that waits for nothing but the database. `about` is what it locks."""
        answer = await self.together.answer(
            self.request, operation, area=self.caller.area, about=about
        )
        return answer or await self.run(operation)

    async def run_bulk(self, operation: Operation) -> Response:
        """As `run`, for an operation over many keys."""
        return await self._run(operation, partial(self.units.bulk, area=self.caller.area))

    async def _run(
        self, operation: Operation, open_unit: Callable[[], AbstractAsyncContextManager[Unit]]
    ) -> Response:
        try:
            return await self._tried(operation, open_unit)
        except Exception as error:
            if is_taken(error) and await self._is_recorded():
                raise DoneBefore(
                    "This was done before, and the answer is lost: see how it stands now."
                ) from error
            raise

    async def _is_recorded(self) -> bool:
        async with self.units.reading(area=EVERYWHERE) as session:
            return await event_log.has_caused(session, self.cause.cause_id)

    async def _tried(
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
        async def do(_only: Sequence[int]) -> Sequence[BaseModel]:
            return [await operation(unit)]

        (answer,) = await once(unit, [self.request], do)
        if isinstance(answer, Refused):
            raise answer
        return answer


def command(*roles: str, area: AreaFrom, body_bytes_max: int = BODY_BYTES_MAX) -> Any:  # noqa: ANN401  (as FastAPI's own Depends)
    """Declare, in `Annotated[Command, ...]`, a route that changes something and who may call it.

    The caller sends an `Idempotency-Key` of its own making.
    """
    return Depends(_Asked(frozenset(roles), area, body_bytes_max))


class _Asked(Access):
    """As a dependency: the command. One for all that it needs, for each costs a request 0.1 ms."""

    async def __call__(self, request: Request, idempotency_key: Annotated[str, _KEY]) -> Command:
        """Raises as `caller_of` does."""
        caller = await self.caller_of(request)
        route = f"{request.method} {request.scope['path']}"
        command_id = uuid5(NAMESPACE_URL, f"{caller.name} {route} {idempotency_key}")
        request.scope[COMMAND] = command_id
        state = request.app.state
        return Command(
            caller=caller,
            request=Keyed(
                principal=caller.name,
                key=idempotency_key,
                route=route,
                body_sha256=sha256(await request.body()).digest(),
                status=request.scope["route"].status_code or 200,
            ),
            cause=Cause(command_id, correlation_id() or command_id),
            units=state.units,
            together=state.together,
        )
