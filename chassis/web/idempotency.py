"""Answers that are kept: a request with a key is done once, however often it arrives.

The key is bound to who sends it, to the route and to a digest of the body. The answer is stored in
the transaction of the effect, so there is never one without the other. Refusals are not stored:
they changed nothing, and the next try may fare better.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from fastapi import Response
from pydantic import BaseModel

from chassis.state.statements import Statement
from chassis.state.unit import Unit
from contracts.refusal import Refused

REPLAYED_HEADER = "Idempotent-Replayed"
Operation = Callable[[Unit], Awaitable[BaseModel]]
Doing = Callable[[Sequence[int]], Awaitable[Sequence[BaseModel | Refused]]]
"""Does those of the requests that stand at these places, and answers in the same order."""

_NAMES = "unnest(CAST(:principals AS text[]), CAST(:keys AS text[])) AS asked(principal, key)"
_TRY_LOCKS = Statement(  # one after the other, in the order of the arrays
    f"SELECT pg_try_advisory_xact_lock(hashtextextended(principal || ' ' || key, 0)) FROM {_NAMES}"  # noqa: S608
)
_STORED = Statement(
    "SELECT principal, key, route, body_sha256, status, answer "  # noqa: S608
    f"FROM idempotency_key JOIN {_NAMES} USING (principal, key)"
)
_STORE = Statement(
    "INSERT INTO idempotency_key (principal, key, route, body_sha256, status, answer) "
    "SELECT * FROM unnest(CAST(:principals AS text[]), CAST(:keys AS text[]), "
    "CAST(:routes AS text[]), CAST(:digests AS bytea[]), CAST(:statuses AS integer[]), "
    "CAST(:answers AS bytea[]))"
)


class IdempotencyKeyReused(Refused):
    """The same key came with another request."""

    slug, status, retryable = "idempotency-key-reused", 422, False


class RequestInFlight(Refused):
    """The same request is being worked on right now."""

    slug, status, retryable = "request-in-flight", 409, True


class Keyed(NamedTuple):
    """A request as its key binds it."""

    principal: str
    key: str
    route: str
    body_sha256: bytes
    status: int
    """Of the answer, when it is done."""


class _Stored(NamedTuple):
    route: str
    body_sha256: bytes
    status: int
    answer: bytes


async def once(unit: Unit, requests: Sequence[Keyed], do: Doing) -> list[Response | Refused]:
    """Have the requests done, of different keys, and store their answers; those done before get the
    answer of then. What stands against a key, or is refused, is in its place in the list.

    Raises: what `do` raises; then nothing of the transaction may be kept.
    """
    names = _names(requests)
    free = [row[0] for row in await _TRY_LOCKS.rows(unit.session, **names)]
    stored = {
        (row[0], row[1]): _Stored._make(row[2:])
        for row in await _STORED.rows(unit.session, **names)
    }
    answers: dict[int, Response | Refused] = {}
    for place, (request, is_free) in enumerate(zip(requests, free, strict=True)):
        known = stored.get((request.principal, request.key))
        if not is_free:
            answers[place] = RequestInFlight("The same request is under way: wait for its answer.")
        elif known is not None:
            answers[place] = _again(request, known)
    fresh = [place for place in range(len(requests)) if place not in answers]
    if fresh:
        done = zip(fresh, await do(fresh), strict=True)
        answers |= await _stored_now(unit, requests, dict(done))
    return [answers[place] for place in range(len(requests))]


async def _stored_now(
    unit: Unit, requests: Sequence[Keyed], done: Mapping[int, BaseModel | Refused]
) -> dict[int, Response | Refused]:
    kept = {
        place: answer.model_dump_json().encode()
        for place, answer in done.items()
        if not isinstance(answer, Refused)
    }
    if kept:
        rows = _rows([(requests[place], answer) for place, answer in kept.items()])
        await _STORE.change(unit.session, **rows)
    return {place: refused for place, refused in done.items() if isinstance(refused, Refused)} | {
        place: _response(answer, requests[place].status, replayed=False)
        for place, answer in kept.items()
    }


def _again(request: Keyed, known: _Stored) -> Response | Refused:
    if (known.route, known.body_sha256) != (request.route, request.body_sha256):
        return IdempotencyKeyReused(
            "This Idempotency-Key was used for another request: choose a new one."
        )
    return _response(known.answer, known.status, replayed=True)


def _names(requests: Sequence[Keyed]) -> dict[str, list[str]]:
    return {
        "principals": [each.principal for each in requests],
        "keys": [each.key for each in requests],
    }


def _rows(fresh: Sequence[tuple[Keyed, bytes]]) -> Mapping[str, list[Any]]:
    requests = [request for request, _ in fresh]
    return _names(requests) | {
        "routes": [each.route for each in requests],
        "digests": [each.body_sha256 for each in requests],
        "statuses": [each.status for each in requests],
        "answers": [answer for _, answer in fresh],
    }


def _response(answer: bytes, status: int, *, replayed: bool) -> Response:
    headers = {REPLAYED_HEADER: "true"} if replayed else None
    return Response(answer, status, headers, media_type="application/json")
