"""How often somebody may ask: a count a fixed window, in Redis."""

import math
from collections.abc import Callable
from hashlib import sha256

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from chassis.clock import real_now
from chassis.web.problems import RefusedWithHeaders
from contracts.refusal import Refused

REDIS_TIMEOUT_S = 1.0


class TooManyRequests(RefusedWithHeaders):
    """The caller has used up this window."""

    slug, status, retryable = "too-many-requests", 429, True

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s

    @property
    def headers(self) -> dict[str, str]:
        """When the next window begins."""
        return {"Retry-After": str(self.retry_after_s)}


def connect(url: str) -> Redis:
    """A client that gives up quickly: a limit that cannot be counted refuses."""
    return Redis.from_url(
        url,
        socket_timeout=REDIS_TIMEOUT_S,
        socket_connect_timeout=REDIS_TIMEOUT_S,
        retry=Retry(NoBackoff(), 1),
    )


class RateLimit:
    """At most `requests_max` in each `window_s` for a name, over all processes of a service."""

    def __init__(
        self,
        redis: Redis,
        name: str,
        *,
        requests_max: int,
        window_s: int,
        closed: Callable[[], Refused],
    ) -> None:
        """`closed` makes the refusal (503) for when Redis does not answer."""
        self._redis = redis
        self._name = name
        self._requests_max = requests_max
        self._window_s = window_s
        self._closed = closed

    async def check(self, who: str) -> None:
        """Count one request. Raises TooManyRequests, or what `closed` makes."""
        now_s = real_now().timestamp()
        window = int(now_s // self._window_s)
        if await self._count(who, window) > self._requests_max:
            left_s = math.ceil((window + 1) * self._window_s - now_s)
            raise TooManyRequests(
                f"At most {self._requests_max} in {self._window_s} s: try again in {left_s} s.",
                retry_after_s=left_s,
            )

    async def aclose(self) -> None:
        """Let go of Redis."""
        await self._redis.aclose()

    async def _count(self, who: str, window: int) -> int:
        # Hashed: a name is a person's, and Redis is no place for those.
        key = f"limit:{self._name}:{sha256(who.encode()).hexdigest()}:{window}"
        try:
            async with self._redis.pipeline(transaction=True) as both:
                both.incr(key)
                both.expire(key, 2 * self._window_s)
                counted, _ = await both.execute()
        except (RedisError, OSError) as error:
            raise self._closed() from error
        return int(counted)
