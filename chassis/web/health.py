"""Whether a service makes progress (`/livez`) and whether it can serve (`/readyz`).

Alive is measured by progress: each long-running loop says that it went round. All of it in real,
monotonic time.
"""

import asyncio
import logging
import os
import threading
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import NoReturn

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from chassis.clock import monotonic_s
from chassis.traces import described
from chassis.web.access import Guarded, public

CHECK_TIMEOUT_S = 2.0
WATCH_EVERY_S = 5.0
EVENT_LOOP_LIMIT_S = 15.0
FAILURES_MAX = 3
EXIT_CODE = 70
"""EX_SOFTWARE: the supervisor starts the process again."""

Check = Callable[[], Awaitable[str | None]]
"""Tells what is wrong, None when nothing is. What it raises counts as wrong."""

_log = logging.getLogger(__name__)


class Health:
    """The beats of the loops and the checks of what the service needs."""

    def __init__(self, *, now_s: Callable[[], float] = monotonic_s) -> None:
        self._now_s = now_s
        self._limits_s: dict[str, float] = {}
        self._beats_s: dict[str, float] = {}
        self._checks: dict[str, Check] = {}
        self._stopping = False

    def expect(self, name: str, *, limit_s: float) -> None:
        """From now on the loop must beat at least every `limit_s`."""
        self._beats_s[name] = self._now_s()
        self._limits_s[name] = limit_s

    def beat(self, name: str) -> None:
        """The loop went round."""
        self._beats_s[name] = self._now_s()

    def forget(self, name: str) -> None:
        """The loop ended rightly."""
        self._limits_s.pop(name, None)

    def check(self, name: str, check: Check) -> None:
        """Readiness needs this check."""
        self._checks[name] = check

    def stop(self) -> None:
        """Not ready from now on: the service is going down."""
        self._stopping = True

    def stuck(self) -> dict[str, str]:
        """The loops that make no progress, and for how long. Empty: alive."""
        now_s = self._now_s()
        return {
            name: f"no progress for {now_s - self._beats_s[name]:.0f} s (limit {limit_s:.0f} s)"
            for name, limit_s in list(self._limits_s.items())
            if now_s - self._beats_s[name] > limit_s
        }

    async def unready(self) -> dict[str, str]:
        """What keeps the service from serving. Empty: ready."""
        if self._stopping:
            return {"service": "stopping"}
        told = await asyncio.gather(*(_told(check) for check in self._checks.values()))
        return {name: wrong for name, wrong in zip(self._checks, told, strict=True) if wrong}


async def _told(check: Check) -> str | None:
    try:
        return await asyncio.wait_for(check(), CHECK_TIMEOUT_S)
    except TimeoutError:
        return f"no answer within {CHECK_TIMEOUT_S:.0f} s"
    except Exception as error:  # noqa: BLE001  (whatever it raises is the finding)
        return described(error)


def router(health: Health) -> APIRouter:
    """GET /livez and /readyz, for anybody: 200, or 503 with what fails."""
    routes = APIRouter(route_class=Guarded, dependencies=[public])

    @routes.get("/livez", include_in_schema=False)
    async def alive() -> JSONResponse:
        return _answer(health.stuck())

    @routes.get("/readyz", include_in_schema=False)
    async def ready() -> JSONResponse:
        return _answer(await health.unready())

    return routes


def _answer(failing: dict[str, str]) -> JSONResponse:
    status = HTTPStatus.SERVICE_UNAVAILABLE if failing else HTTPStatus.OK
    return JSONResponse({"ok": not failing, "failing": failing}, status)


def _end_process(failing: dict[str, str]) -> NoReturn:
    _log.critical("no progress: the process ends", extra={"failing": failing})
    logging.shutdown()
    os._exit(EXIT_CODE)


async def watch(
    health: Health,
    *,
    every_s: float = WATCH_EVERY_S,
    end: Callable[[dict[str, str]], object] = _end_process,
) -> None:
    """Run beside the service for as long as it lives: three failed checks in a row end it.

    The checks run in a thread of their own, so that a stuck event loop is found too.
    """
    done = threading.Event()
    health.expect("event-loop", limit_s=max(EVENT_LOOP_LIMIT_S, 3 * every_s))
    guard = threading.Thread(target=_guard, args=(health, done, every_s, end), daemon=True)
    guard.start()
    try:
        while True:
            health.beat("event-loop")
            await asyncio.sleep(every_s)
    finally:
        done.set()
        health.forget("event-loop")


def _guard(
    health: Health,
    done: threading.Event,
    every_s: float,
    end: Callable[[dict[str, str]], object],
) -> None:
    failures = 0
    while not done.wait(every_s):
        failing = health.stuck()
        failures = failures + 1 if failing else 0
        if failures == FAILURES_MAX:
            end(failing)
            return
