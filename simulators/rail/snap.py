"""The three SNAP services as one ASGI application: parse, call, answer.

It takes no web framework: a benchmark of the bank shares two cores with it.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from simulators.rail import codes, gate, operations
from simulators.rail.book import Book
from simulators.rail.call_backs import CallBacks
from simulators.rail.codes import NotServed
from simulators.rail.gate import Gate
from simulators.rail.messages import AccountInquiry, SnapBody, StatusQuery, TornAt, TransferOrder
from simulators.rail.operations import Reply
from simulators.rail.server import CUT
from simulators.rail.weather import Weather

BODY_BYTES_MAX: Final = 65_536

Body = TypeVar("Body", bound=SnapBody)
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(frozen=True)
class Snap:
    """Account inquiry, interbank transfer, transfer status."""

    book: Book
    door: Gate
    weather: Weather
    calls: CallBacks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request to one of the paths in `codes.SERVICES`."""
        path = scope["path"]
        body = await _body(receive)
        away = self.weather.outage()
        if away == "unavailable":
            reply = operations.refusal(codes.UNAVAILABLE, codes.SERVICES[path])
        elif away == "cut":
            reply = Reply("", "", {}, torn=TornAt.START)
        else:
            reply = self._reply(path, dict(scope["headers"]), body)
        if reply.wait_s:
            await asyncio.sleep(reply.wait_s)
        await _answer(reply, scope, receive, send)
        if reply.entry is not None:
            self.calls.begin(reply.entry, self.weather.day, url=reply.callback_url)

    def _reply(self, path: str, headers: dict[bytes, bytes], body: bytes) -> Reply:
        service, now = codes.SERVICES[path], gate.now()
        if len(body) > BODY_BYTES_MAX:
            return operations.refusal(codes.BAD_REQUEST, service, detail="body too long")
        try:
            with self.book.transaction():
                self.door.enter(path, headers, body, at=now)
                return self._served(service, body, now)
        except NotServed as refused:
            return operations.refusal(refused.case, service, detail=refused.detail)

    def _served(self, service: str, body: bytes, now: datetime) -> Reply:
        match service:
            case codes.INQUIRY:
                inquiry = _parsed(AccountInquiry, body)
                reply = operations.account_holder(self.book, inquiry, weather=self.weather)
                reference = inquiry.partner_reference_no
            case codes.TRANSFER:
                order = _parsed(TransferOrder, body)
                reply = operations.receive_transfer(self.book, order, weather=self.weather, now=now)
                reference = order.partner_reference_no
            case _:
                query = _parsed(StatusQuery, body)
                reply = operations.transfer_status(self.book, query, weather=self.weather, now=now)
                reference = query.original_partner_reference_no
        return self._late(reply, reference, service)

    def _late(self, reply: Reply, reference: str, service: str) -> Reply:
        day = self.weather.day
        wait_s = day.latency_s(reference, service) if day is not None else 0.0
        return replace(reply, wait_s=reply.wait_s + wait_s) if wait_s else reply


async def _body(receive: Receive) -> bytes:
    """The body, or as much of it as proves it too long."""
    body = b""
    more = True
    while more and len(body) <= BODY_BYTES_MAX:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _answer(reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
    if reply.torn is TornAt.START:
        await _cut(scope, receive)
        return
    told = {"responseCode": reply.code, "responseMessage": reply.message, **reply.fields}
    body = json.dumps(told).encode()
    timestamp = gate.now().astimezone(gate.BANK_ZONE).isoformat(timespec="seconds")
    await send(
        {
            "type": "http.response.start",
            "status": int(reply.code[:3]),
            "headers": [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(body)).encode()),
                (b"x-timestamp", timestamp.encode()),
            ],
        }
    )
    if reply.torn is None:
        await send({"type": "http.response.body", "body": body})
        return
    half = body[: len(body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
    await _cut(scope, receive)


async def _cut(scope: Scope, receive: Receive) -> None:
    """Cut the connection, and wait until the server has seen it."""
    scope["extensions"][CUT]()
    while (await receive())["type"] != "http.disconnect":
        pass


def _parsed(model: type[Body], body: bytes) -> Body:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    if not field:
        raise NotServed(codes.BAD_REQUEST)
    case = codes.FIELD_MISSING if first["type"] == "missing" else codes.FIELD_FORMAT
    raise NotServed(case, field)
