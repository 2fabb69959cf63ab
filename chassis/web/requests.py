"""Around every request: its ids, the limit of its body, its line in the log, its last resort."""

import logging
from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.clock import monotonic_s
from chassis.correlation import correlated, traceparent
from chassis.ids import new_id
from chassis.web import problems
from chassis.web.access import BODY_BYTES_MAX, BODY_LIMIT

COMMAND = "tameng.command"
"""Where the scope has the id of the command that a request is."""
CORRELATION_HEADER = "X-Correlation-Id"
QUIET = frozenset({"GET /livez", "GET /readyz", "GET /metrics"})
"""Asked every few seconds: counted, but neither logged nor traced."""

_log = logging.getLogger(__name__)


class Answered(NamedTuple):
    """A request that was answered, for whoever measures."""

    route: str
    status: int
    took_s: float
    correlation_id: UUID
    command_id: UUID | None
    """Of one that changes something: what it brings about names it as its cause."""
    traceparent: str | None
    """The caller's own trace."""


class Requests:
    """ASGI middleware, the outermost: `app.add_middleware(Requests, measured=...)`; `measured` is
    told of every answer."""

    def __init__(self, app: ASGIApp, *, measured: Callable[[Answered], None]) -> None:
        self._app = app
        self._measured = measured

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        correlation = _uuid(headers.get(CORRELATION_HEADER)) or new_id()
        with correlated(correlation, trace=headers.get("traceparent")):
            await self._answer(scope, _Body(scope, receive), _Answer(send, correlation))

    async def _answer(self, scope: Scope, body: "_Body", answer: "_Answer") -> None:
        started_s = monotonic_s()
        try:
            await self._app(scope, body, answer)
        except Exception as error:
            if answer.status:  # half an answer is out: only the broken connection can tell
                raise
            await problems.unexpected(error)(scope, body, answer)
        finally:
            answered = Answered(
                route=_route(scope),
                status=answer.status or 0,
                took_s=monotonic_s() - started_s,
                correlation_id=answer.correlation,
                command_id=scope.get(COMMAND),
                traceparent=traceparent(),
            )
            self._measured(answered)
            if answered.route not in QUIET:
                took_ms = round(answered.took_s * 1000, 1)
                told = {"route": answered.route, "status": answered.status, "took_ms": took_ms}
                _log.info("answered", extra=told)


class _Body:
    """Receives the body, and no more of it than the route takes: 413."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope = scope
        self._receive = receive
        self._received_bytes = 0

    async def __call__(self) -> Message:
        self._check(int(Headers(scope=self._scope).get("content-length", "0")))
        message = await self._receive()
        self._received_bytes += len(message.get("body", b""))
        self._check(self._received_bytes)
        return message

    def _check(self, size_bytes: int) -> None:
        # Looked up late: which route it is, and what that takes, is known only by now.
        if size_bytes > self._scope.get(BODY_LIMIT, BODY_BYTES_MAX):
            raise HTTPException(413)


class _Answer:
    """Sends the answer with its correlation id, and notes the status."""

    def __init__(self, send: Send, correlation: UUID) -> None:
        self._send = send
        self.correlation = correlation
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)[CORRELATION_HEADER] = str(self.correlation)
        await self._send(message)


def _route(scope: Scope) -> str:
    """`POST /things/{thing_id}`: the pattern, for the path itself may name a person."""
    route = scope.get("route")
    if route is None or scope["method"] not in (getattr(route, "methods", None) or ()):
        return "unmatched"
    return f"{scope['method']} {route.path}"


def _uuid(given: str | None) -> UUID | None:
    try:
        return UUID(given) if given else None
    except ValueError:
        return None
