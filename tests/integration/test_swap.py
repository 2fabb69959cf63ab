"""A service in two versions, swapped under load while the others run the older one, and back."""

import asyncio
import json
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from contracts.banking import AccountOpened, FundsDeposited
from contracts.enrollment import AccountLinked, WorkerEnrolled
from tests.alone import Alone, MakeAlone
from tests.component.enrollment_office import PROGRAMME
from tests.integration.installation import ROOT, Installation, install
from tests.integration.load import Load
from tests.integration.versions import next_version
from tests.integration.world import until

SECOND, NOTED = "banking.account-opened.v2", "banking.account-noted.v1"
FEW = 3
WITHIN_S = 90


@dataclass
class Deployed:
    """A service of which one version runs at a time."""

    at: Installation
    next: Path
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)
    _process: asyncio.subprocess.Process | None = None

    async def swap(self, code: Path) -> None:
        """Ask what runs to stop, and start this version."""
        await self.stop()
        self.at.code = code
        self._process = await self._running.enter_async_context(self.at.serving())
        await self.at.ready(limit_s=WITHIN_S)

    async def stop(self) -> None:
        """End it as an operator does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(30):
                assert await self._process.wait() == -signal.SIGTERM
            await self._running.aclose()

    async def migrate(self, code: Path) -> str:
        """Bring the database to this version, while the other serves."""
        return await self._run(code, "migrate")

    async def rebuild(self) -> int:
        """Make all tables anew with the version that runs; how many events that took."""
        return int(json.loads(await self._run(self.at.code, "rebuild"))["events"])

    async def replay(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            await self._run(self.at.code, "replay", "--processes", "1")
        )
        return found

    async def _run(self, code: Path, *command: str) -> str:
        ended, said = await replace(self.at, code=code).run(*command)
        assert ended == 0, said
        return said

    async def count(self, what: str) -> int:
        """How many rows there are of it."""
        (row,) = await self.at.alone.rows(f"SELECT count(*) AS n FROM {what}")
        return int(row["n"])

    async def keys(self, event: str) -> list[str]:
        """The keys of the events of a type, whatever version wrote them."""
        found = await self.at.alone.rows("SELECT key FROM event_log WHERE type = :t", t=event)
        return [row["key"] for row in found]

    async def heads(self) -> dict[int, int]:
        """The log's head of each shard that has any."""
        found = await self.at.alone.rows("SELECT shard, seq FROM shard_head WHERE seq > 0")
        return {row["shard"]: row["seq"] for row in found}

    async def applied(self, other: "Deployed") -> dict[int, int]:
        """How far it has applied the other's log."""
        found = await self.at.alone.rows(
            "SELECT shard, seq FROM watermark WHERE topic = :topic AND seq > 0",
            topic=other.at.topic,
        )
        return {row["shard"]: row["seq"] for row in found}

    async def has_heard(self, other: "Deployed", event: str) -> int:
        """How many events of a type of the other's it has gone past."""
        reached = await self.applied(other)
        logged = await other.at.alone.rows(
            "SELECT shard, seq FROM event_log WHERE type = :type", type=event
        )
        return sum(row["seq"] <= reached.get(row["shard"], 0) for row in logged)


@dataclass(frozen=True)
class Both:
    """Two services that listen to each other."""

    enrollment: Deployed
    banking: Deployed

    async def is_done(self, workers: int) -> bool:
        """Whether so many workers are linked to accounts, and each service has applied all of the
        other's log."""
        enrollment, banking = self.enrollment, self.banking
        linked = await enrollment.count("workers WHERE account_id IS NOT NULL")
        return linked == workers and (await enrollment.heads(), await banking.heads()) == (
            await banking.applied(enrollment), await enrollment.applied(banking),
        )  # fmt: skip

    async def check_nothing_parked(self) -> None:
        assert [await each.count("parked") for each in (self.enrollment, self.banking)] == [0, 0]


async def _deployed(service: Alone, folder: Path) -> Deployed:
    at = await install(service, folder)
    return Deployed(at, next_version(at.name, folder))


@asynccontextmanager
async def deployed(alone: MakeAlone, folder: Path) -> AsyncIterator[Both]:
    """Both in the version of the tree, started; stopped at the end."""
    first = await alone("enrollment")
    second = await alone("banking", topic_prefix=first.running.topics.prefix)
    both = Both(await _deployed(first, folder), await _deployed(second, folder))
    try:
        await asyncio.gather(both.enrollment.swap(ROOT), both.banking.swap(ROOT))
        yield both
    finally:
        await asyncio.gather(both.enrollment.stop(), both.banking.stop())


@pytest.mark.long
async def test_two_services_are_swapped_under_load_in_both_orders_and_back(
    alone: MakeAlone, tmp_path: Path
) -> None:
    async with deployed(alone, tmp_path) as both:
        enrollment, banking = both.enrollment, both.banking
        opened = await enrollment.at.post("/programmes", PROGRAMME, name="open", role="province")
        load = Load(enrollment.at, banking.at, opened.json()["programme_id"])
        async with load.on():
            await few(lambda: banking.count("accounts"))
            await writer_first(both)
            await back(both)
            await reader_first(both)
        await until(lambda: both.is_done(len(load.approved)), limit_s=WITHIN_S, poll_s=0.2)
        await check_nothing_is_lost(both, load)


async def few(count: Callable[[], Awaitable[int]]) -> None:
    """Wait until there are a few of what is counted."""

    async def counted() -> bool:
        return await count() >= FEW

    await until(counted, limit_s=WITHIN_S, poll_s=0.2)


async def writer_first(both: Both) -> None:
    enrollment, banking = both.enrollment, both.banking
    told, _ = await asyncio.gather(
        banking.migrate(banking.next), enrollment.migrate(enrollment.next)
    )
    assert told == "migration 0004: for code since 0003\n"
    await banking.swap(banking.next)
    await few(lambda: enrollment.has_heard(banking, SECOND))
    await both.check_nothing_parked()
    await enrollment.swap(enrollment.next)
    await few(lambda: enrollment.count("bank_accounts WHERE noted_at IS NOT NULL"))


async def back(both: Both) -> None:
    enrollment, banking = both.enrollment, both.banking
    await asyncio.gather(banking.swap(ROOT), enrollment.swap(ROOT))
    told, _ = await asyncio.gather(
        banking.migrate(ROOT), few(lambda: banking.count("accounts WHERE branch_code IS NULL"))
    )
    assert told == "migration 0004, newer than this code (0003): for code since 0003\n"


async def reader_first(both: Both) -> None:
    enrollment, banking = both.enrollment, both.banking
    await enrollment.swap(enrollment.next)
    before = await banking.count(f"event_log WHERE type = '{SECOND}'")
    await banking.swap(banking.next)
    await few(lambda: _more(banking, before))
    await asyncio.gather(banking.rebuild(), enrollment.rebuild())


async def _more(banking: Deployed, before: int) -> int:
    return await banking.count(f"event_log WHERE type = '{SECOND}'") - before


async def check_nothing_is_lost(both: Both, load: Load) -> None:
    enrollment, banking = both.enrollment.at.alone, both.banking.at.alone
    workers = await enrollment.recorded(WorkerEnrolled)
    assert Counter(str(each.roster_id) for each in workers) == Counter(load.approved)
    documents = [each.document for each in await banking.recorded(FundsDeposited)]
    assert Counter(documents) == Counter(load.deposited)
    members = Counter(str(each.worker_id) for each in workers)
    assert Counter(await both.banking.keys(AccountOpened.type)) == members
    assert Counter(await both.enrollment.keys(AccountLinked.type)) == members
    await both.check_nothing_parked()

    branches = Counter(
        row["branch_code"] for row in await banking.rows("SELECT branch_code FROM accounts")
    )
    assert set(branches) == {"53.71", "53.71.04"}, "old rows from what was always said"
    assert branches.total() == len(workers)
    of_second = await both.banking.count(f"event_log WHERE type = '{SECOND}'")
    assert branches["53.71.04"] == of_second
    copies = await enrollment.rows("SELECT product, noted_at FROM bank_accounts")
    assert len(copies) == len(workers)
    for column in ("product", "noted_at"):
        assert sum(row[column] is not None for row in copies) == of_second
    for replayed in await asyncio.gather(both.banking.replay(), both.enrollment.replay()):
        assert replayed["same"], replayed["differences"]
