"""What the tests of a module begin from, made by the first of them and copied for the others.

    @pytest.fixture
    async def programme(office: Office, prepared: Prepared) -> UUID:
        return await prepared(office.alone, four_members, office)

The service's database, its clock and what it heard are as they were when they were made; the value
is that of the first time, so it is plain: ids, no clients. For a service that keeps files beside
its database, and for one that others have heard of, make everything anew.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import pytest

from chassis.bus.admission import Record
from tests.alone import Alone
from tests.databases import Templates

T = TypeVar("T")
Office = TypeVar("Office")


class _Kept(NamedTuple):
    database: str
    at: datetime
    records: list[Record]
    value: Any


@dataclass
class Prepared:
    """The beginnings of a module, each by the function that makes it."""

    templates: Templates
    _kept: dict[Callable[..., Any], _Kept] = field(default_factory=dict)

    async def __call__(
        self, one: Alone, make: Callable[[Office], Awaitable[T]], office: Office
    ) -> T:
        """Make it with the office of a fresh service, or let the service be as the first was then;
        what `make` gave is given."""
        name, service = one.urls.database, one.service.name
        kept = self._kept.get(make)
        if kept is None:
            value = await make(office)
            await one.units.engine.dispose()
            database = await self.templates.keep(name, service)
            self._kept[make] = _Kept(database, one.clock.now(), list(one.records), value)
            return value
        await one.units.engine.dispose()
        await self.templates.restore(name, service, kept=kept.database)
        one.clock.set(kept.at)
        one.heard_before(kept.records)
        made: T = kept.value
        return made

    def end(self) -> None:
        """The module has ended."""
        for kept in self._kept.values():
            self.templates.end(kept.database)


@pytest.fixture(scope="module")
def prepared(templates: Templates) -> Iterator[Prepared]:
    """Call with a fresh service, what makes it ready, and the office that this is given."""
    one = Prepared(templates)
    yield one
    one.end()
