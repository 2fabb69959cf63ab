"""Engines that outlive their database: what SQLAlchemy has compiled for one test serves the next.

Each test has fresh databases, so an engine made for one would compile every statement anew, which
is a third of a test. An engine is lent to one service at a time and connects to where it is told.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine

Make = Callable[..., AsyncEngine]


class Engines:
    """Those of one pytest process."""

    def __init__(self) -> None:
        self._free: dict[tuple[Make, str], list[AsyncEngine]] = defaultdict(list)
        self._lent: dict[AsyncEngine, tuple[Make, str]] = {}
        self._leads_to: dict[AsyncEngine, URL] = {}

    def lend(self, make: Make, url: str, *, application: str) -> AsyncEngine:
        """An engine as `make` makes it, of the same application as before if one is free."""
        kind = make, application
        engine = self._free[kind].pop() if self._free[kind] else self._fresh(make, url, application)
        self._lent[engine] = kind
        self._leads_to[engine] = make_url(url)
        return engine

    async def take_back(self, engine: AsyncEngine) -> None:
        """Its connections are closed; it may be lent again."""
        await engine.dispose()
        kind = self._lent.pop(engine, None)
        if kind is not None:
            self._free[kind].append(engine)

    def _fresh(self, make: Make, url: str, application: str) -> AsyncEngine:
        engine = make(url, application=application)

        @event.listens_for(engine.sync_engine, "do_connect")
        def lead(_dialect: Any, _record: Any, _arguments: Any, named: dict[str, Any]) -> None:
            to = self._leads_to[engine]
            named |= {
                "host": to.host, "port": to.port, "database": to.database,
                "user": to.username, "password": to.password,
            }  # fmt: skip

        return engine


ENGINES = Engines()
