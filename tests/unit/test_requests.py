"""Around a request: its ids, its log line, its time, and the limit of its body."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.responses import StreamingResponse

from chassis.correlation import correlation_id, traceparent
from chassis.web import figures
from chassis.web.access import BODY_BYTES_MAX, public
from chassis.web.requests import Requests
from tests.unit.small_app import LARGE_BODY_BYTES_MAX, Issuer, application, client

GIVEN = "0192f3a4-0000-7000-8000-000000000001"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer(tmp_path / "jwks.json")


@pytest.fixture
def app(issuer: Issuer) -> FastAPI:
    router = APIRouter(dependencies=[public])

    @router.get("/ids")
    async def ids() -> tuple[UUID | None, str | None]:
        return correlation_id(), traceparent()

    @router.get("/halves")
    async def halves() -> StreamingResponse:
        async def half() -> AsyncIterator[bytes]:
            yield b"half"
            raise RuntimeError

        return StreamingResponse(half())

    return application(issuer, router)


@pytest.fixture
def http(app: FastAPI) -> httpx.AsyncClient:
    return client(app)


async def test_the_callers_ids_are_kept_and_answered(http: httpx.AsyncClient) -> None:
    answer = await http.get("/ids", headers={"X-Correlation-Id": GIVEN, "traceparent": TRACE})
    assert answer.json() == [GIVEN, TRACE]
    assert answer.headers["X-Correlation-Id"] == GIVEN
    assert correlation_id() is None


@pytest.mark.parametrize("given", [{}, {"X-Correlation-Id": "x\ty", "traceparent": "00-x"}])
async def test_a_request_without_good_ids_gets_one(
    http: httpx.AsyncClient, given: dict[str, str]
) -> None:
    first, second = await http.get("/ids", headers=given), await http.get("/ids", headers=given)
    assert UUID(first.json()[0]) != UUID(second.json()[0])
    assert first.json()[1] is None


async def test_the_log_names_the_pattern_and_never_the_path(
    http: httpx.AsyncClient, issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await http.get("/things/of/53.71?nik=5371", headers=issuer.bearer())
    (line,) = [each for each in caplog.records if each.name == "chassis.web.requests"]
    told = vars(line)
    assert (told["route"], told["status"]) == ("GET /things/of/{region_code}", 200)
    assert told["took_ms"] >= 0
    assert "53.71" not in str(told)


async def test_requests_are_counted_by_pattern_and_strangers_make_no_series(
    app: FastAPI, http: httpx.AsyncClient
) -> None:
    app.include_router(figures.router(app.state.metrics))
    await http.get("/ids")
    for number in range(3):
        await http.get(f"/nowhere/{number}")
        await http.request(f"ODD{number}", "/ids")
    shown = (await http.get("/metrics")).text
    assert 'http_request_seconds_count{route="GET /ids",status="200"} 1.0' in shown
    assert 'http_request_seconds_count{route="unmatched",status="404"} 3.0' in shown
    assert 'http_request_seconds_count{route="unmatched",status="405"} 3.0' in shown
    assert "ODD" not in shown


async def test_an_answer_that_breaks_halfway_is_not_mended(app: FastAPI) -> None:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        with pytest.raises(RuntimeError):
            await http.get("/halves")


async def in_pieces(size: int, read: list[int]) -> AsyncIterator[bytes]:
    yield b'{"a": "'
    for _ in range(size // 1024):
        read.append(1024)
        yield b"x" * 1024
    yield b'"}'


async def test_a_body_that_says_it_is_too_long_is_refused_unread(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    read: list[int] = []
    length = {"Content-Type": "application/json", "Content-Length": str(BODY_BYTES_MAX + 9)}
    content = in_pieces(BODY_BYTES_MAX, read)
    answer = await http.post("/things", content=content, headers=issuer.bearer() | length)
    assert (answer.status_code, answer.json()["slug"]) == (413, "body-too-large")
    assert read == []
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_in_pieces_is_cut_when_it_grows_too_long(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    read: list[int] = []
    headers = issuer.bearer() | {"Content-Type": "application/json"}
    content = in_pieces(4 * BODY_BYTES_MAX, read)
    answer = await http.post("/things", content=content, headers=headers)
    assert (answer.status_code, answer.json()["slug"]) == (413, "body-too-large")
    assert sum(read) < BODY_BYTES_MAX + 2048


async def test_whoever_is_not_admitted_sends_nothing_of_a_large_body(
    http: httpx.AsyncClient,
) -> None:
    read: list[int] = []
    answer = await http.put("/things/large", content=in_pieces(BODY_BYTES_MAX, read))
    assert (answer.status_code, read) == (401, [])


async def test_a_route_may_take_more_and_has_a_limit_as_well(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    headers = issuer.bearer() | {"Content-Type": "application/json"}
    for size, status in ((LARGE_BODY_BYTES_MAX - 1024, 200), (LARGE_BODY_BYTES_MAX, 413)):
        answer = await http.put("/things/large", content=in_pieces(size, []), headers=headers)
        assert answer.status_code == status


async def test_what_is_no_request_passes_through() -> None:
    seen: list[str] = []

    async def inner(scope: object, receive: object, send: object) -> None:  # noqa: ARG001
        seen.append("called")

    middleware = Requests(inner, measured=lambda _: None)
    await middleware({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
    assert seen == ["called"]
