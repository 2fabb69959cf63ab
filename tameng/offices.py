"""Outside clients of the services: each office with a token of its own, and patience.

A command that meets a service which is just being started again is sent once more under the same
idempotency key: it happens once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus
from typing import Any

import httpx
import stamina
from httpx_aiohttp import HttpxAiohttpClient

from chassis.clock import real_now
from tameng import tokens
from tameng.keys import Keys
from tameng.problems import Problem

PATIENCE_S = 90.0
REQUEST_TIMEOUT_S = 60.0
TOKEN_LIFETIME = timedelta(minutes=10)
TOKEN_KEPT = timedelta(minutes=5)
"""To sign a token and to check it takes 0.5 ms, half of a small request: one serves for many."""
Answer = dict[str, Any]


class NotNow(Exception):
    """The service says that the same request may succeed later."""


class Declined(Problem):
    """A service refused what was asked: its slug and words."""

    def __init__(self, request: str, answer: httpx.Response) -> None:
        try:
            told = answer.json()
            self.slug, words = str(told["slug"]), str(told["detail"])
            words += "".join(f"; {e['field']}: {e['problem']}" for e in told["errors"])
        except (ValueError, KeyError, TypeError):
            self.slug, words = "no-problem-answer", answer.text[:200]
        super().__init__(f"{request} was refused ({answer.status_code} {self.slug}): {words}")


def http_client() -> httpx.AsyncClient:
    """What offices call with: httpx over aiohttp. Its own transport takes three times the CPU for a
    request among sixteen, much of it to look through its connections."""
    return HttpxAiohttpClient(timeout=REQUEST_TIMEOUT_S)


@dataclass
class _Token:
    """The last one that was signed."""

    text: str = ""
    signed_at: datetime | None = None


@dataclass(frozen=True)
class Office:
    """Somebody outside: a name, a role, an area, and the addresses of the services."""

    name: str
    role: str
    area: str
    keys: Keys
    urls: Mapping[str, str]
    http: httpx.AsyncClient
    _token: _Token = field(default_factory=_Token, repr=False, compare=False)

    async def get(self, service: str, path: str, **query: str) -> Answer:
        """Ask. Raises: Declined; Problem when the service does not answer for too long."""
        return await self._ask("GET", service, path, params=query)

    async def post(self, service: str, path: str, body: Mapping[str, Any], *, key: str) -> Answer:
        """Have something done, once for `key`. Raises as `get` does."""
        return await self._ask("POST", service, path, json=body, key=key)

    async def upload(
        self,
        service: str,
        path: str,
        content: bytes,
        *,
        key: str,
        media_type: str = "application/octet-stream",
        **query: str,
    ) -> Answer:
        """Send a file as the body. Raises as `get` does."""
        of_file = {"Content-Type": media_type}
        return await self._ask(
            "POST", service, path, content=content, key=key, params=query, headers=of_file
        )

    async def download(self, service: str, path: str, **query: str) -> bytes:
        """Fetch a file. Raises as `get` does."""
        return (await self._answer("GET", service, path, params=query)).content

    async def make(self, service: str, path: str, *, key: str) -> bytes:
        """Have a file made, once for `key`, and fetch it. Raises as `get` does."""
        return (await self._answer("POST", service, path, json={}, key=key)).content

    async def _ask(
        self,
        method: str,
        service: str,
        path: str,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        **sent: object,
    ) -> Answer:
        answer: Answer = (
            await self._answer(method, service, path, key=key, headers=headers, **sent)
        ).json()
        return answer

    async def _answer(
        self,
        method: str,
        service: str,
        path: str,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        **sent: object,
    ) -> httpx.Response:
        """`sent` is what httpx takes: json, content, params."""
        request = f"{method} {service}{path}"
        url = self.urls[service] + path
        try:
            async for attempt in stamina.retry_context(
                on=(httpx.TransportError, NotNow), attempts=None, timeout=PATIENCE_S,
                wait_initial=0.05, wait_max=1.0,
            ):  # fmt: skip
                with attempt:
                    answer = await self.http.request(
                        method,
                        url,
                        headers={**(headers or {}), **self.headers(key)},
                        **sent,  # type: ignore[arg-type]
                    )
                    return _succeeded(request, answer)
        except httpx.TransportError as error:
            raise Problem(f"{request}: no answer for {PATIENCE_S:.0f} s: {error!r}") from error
        except NotNow as error:
            raise Problem(f"{request}: {error}") from error
        raise AssertionError("stamina returns or raises")

    def headers(self, key: str | None = None) -> dict[str, str]:
        """A token that holds for minutes, and the key of a request that changes something."""
        idempotency = {"Idempotency-Key": key} if key else {}
        return {"Authorization": f"Bearer {self._signed()}"} | idempotency

    def _signed(self) -> str:
        now, token = real_now(), self._token
        if token.signed_at is None or now - token.signed_at > TOKEN_KEPT:
            token.signed_at = now
            token.text = tokens.mint(
                key=self.keys.issuer_key(),
                role=self.role,
                area=self.area,
                name=self.name,
                now=now,
                lifetime=TOKEN_LIFETIME,
            )
        return token.text


def _succeeded(request: str, answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    declined = Declined(request, answer)
    if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE or _is_retryable(answer):
        raise NotNow(str(declined))
    raise declined


def _is_retryable(answer: httpx.Response) -> bool:
    try:
        return bool(answer.json().get("retryable"))
    except (ValueError, AttributeError):
        return False


def office_maker(
    keys: Keys, urls: Mapping[str, str], http: httpx.AsyncClient
) -> Callable[[str, str, str], Office]:
    """Makes offices by name, role and area; each once."""

    @cache
    def office(name: str, role: str, area: str) -> Office:
        return Office(name, role, area, keys, urls, http)

    return office
