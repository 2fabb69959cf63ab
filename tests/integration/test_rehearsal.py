"""The rehearsal: a small day on real services is backed up, everything is destroyed, and it comes
back from the archive and the keys alone, and from the backup; it is the same, and goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import httpx
import pytest
from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]

from tameng import checks
from tameng.demo import acts, claims
from tameng.demo.claims import Death
from tameng.demo.day import Day
from tameng.demo.play import BEGINS_AT, ENROLLED_ON, SEED
from tameng.demo.roster import generate
from tameng.environment import SERVICES
from tameng.machine import Described, Running, machine
from tameng.offices import REQUEST_TIMEOUT_S, office_maker
from tameng.problems import Problem
from tameng.repair import backup, restore
from tameng.stack.databases import with_database
from tameng.stack.parts import KINDS, Stack

WORKERS = 30
OPERATIONAL = "SELECT md5(string_agg(t::text, '' ORDER BY t::text COLLATE \"C\")) FROM {} t"
LOG = (
    "SELECT md5(string_agg(concat_ws(' ', shard, seq, event_id, type, key, occurred_at, "
    "causation_id, correlation_id, md5(body)), '' ORDER BY shard, seq)) FROM event_log"
)


@pytest.fixture(autouse=True)
def shared_servers(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in KINDS:
        monkeypatch.setenv(f"TAMENG_{kind.upper()}", getattr(stack, kind).address)


class Unwatched:
    def tell(self, words: str, *, part: float | None = None) -> None:
        """Nobody looks."""


@asynccontextmanager
async def day_on(running: Running, folder: Path) -> AsyncIterator[Day]:
    rosters = generate(seed=SEED, on=ENROLLED_ON)
    lines = rosters.first.splitlines(keepends=True)[: WORKERS + 1]
    first = b"".join(lines)
    early = tuple(worker for worker in rosters.early if worker.nik.encode() in first)
    async with httpx.AsyncClient(timeout=REQUEST_TIMEOUT_S) as http:
        yield Day(
            clock_file=Path(running.described.clock_file or ""),
            folder=folder,
            rosters=replace(rosters, first=first, early=early),
            office=office_maker(running.keys, running.urls, http),
            progress=Unwatched(),
        )


async def play(day: Day) -> None:
    """A programme, members, accounts, a month paid, a family paid."""
    await acts.open_programme(day)
    await acts.enroll(day)
    await acts._bill(day, "2025-07")
    await day.move_to("2025-07-03", hour=10)
    await acts._pay(day, "2025-07")
    await a_claim(day, 0)


async def a_claim(day: Day, number: int) -> None:
    """A family files, officers look and decide, and the money arrives."""
    known = set(day.claims)
    await day.move_to(f"2025-07-{22 + 2 * number}")
    account = {"kind": "elsewhere", "bank_code": "014", "account_number": f"03567890{number:02}"}
    who = day.rosters.early[number]
    await claims._file(day, Death(who, "2025-07-20", f"Yustina Tefa {number}", account))
    await day.move_to(f"2025-07-{23 + 2 * number}")
    for claim_id in (day.claims[worker_id] for worker_id in set(day.claims) - known):
        path = f"/claims/{claim_id}"
        await day.verifier.post("claims", f"{path}/verification", {}, key=f"verify {claim_id}")
        await claims._approve(day, claim_id)
        async with asyncio.timeout(60):
            while (await day.approver.get("claims", path))["state"] != "paid":
                await asyncio.sleep(0.1)
    await day.settle()


async def tables(described: Described) -> dict[str, Any]:
    """The digest of every table, live and from events, and of every log; keys beside them."""
    found: dict[str, Any] = {}
    for service in SERVICES:
        checked = await checks.replayed(described, service)
        assert checked.passed, checks.differences(checked)
        found[service] = {
            name: (each["rows"], each["live"]) for name, each in checked.answer["tables"].items()
        } | await beside(described, service)
    return found


async def beside(described: Described, service: str) -> dict[str, Any]:
    """The log and the tables of keys."""
    url = described.environments[service][f"{service.upper()}_OWNER_DATABASE_URL"]
    server = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
    kept = backup.PERSONAL[service].tables if service in backup.PERSONAL else {}
    found = {name: await server.fetchval(OPERATIONAL.format(name)) for name in kept}
    found["log"] = await server.fetchval(LOG)
    await server.close()
    return found


async def destroy(described: Described, superuser_url: str) -> None:
    """Every database and every topic."""
    server = await asyncpg.connect(with_database(superuser_url, "postgres"))
    for service in SERVICES:
        await server.execute(f'DROP DATABASE "{described.topic_prefix}{service}" WITH (FORCE)')
    await server.close()
    admin = AIOKafkaAdminClient(bootstrap_servers=described.kafka)
    await admin.start()
    names = [f"{described.topic_prefix}{service}.events" for service in SERVICES]
    await admin.delete_topics([*names, f"{described.topic_prefix}rewinds"])
    while set(names) & set(await admin.list_topics()):
        await asyncio.sleep(0.1)
    await admin.close()


async def test_everything_is_destroyed_and_comes_back(tmp_path: Path, stack: Stack) -> None:
    said: list[str] = []
    say, old, data, keys = said.append, tmp_path / "old", tmp_path / "data", tmp_path / "keys"
    async with machine(state=old, fresh=True, say=say, begins_at=BEGINS_AT) as running:
        async with day_on(running, tmp_path) as day:
            await play(day)
            told = await backup.back_up_data(old, data, say=say)
            await a_claim(day, 1)
        await backup.back_up_keys(old, keys, say=say)
        before = await tables(running.described)
        described = running.described
    assert sum(told["heads"]["enrollment"].values()) > WORKERS
    await destroy(described, stack.postgres.address)

    from_archive = restore.of_archive(old / "archive", keys=keys, blobs=old / "blobs")
    from_archive.beside["clock"] = old / "clock"  # type: ignore[index]
    new = tmp_path / "new"
    restore.lay_out(from_archive, new, say=say)
    await restore.brought_up(from_archive, new, say=say)
    async with (
        machine(state=new, fresh=False, say=say) as running,
        day_on(running, tmp_path) as day,
    ):
        await day.settle()
        assert await tables(running.described) == before
        assert (await checks.verified(running.described)).passed
        await a_claim(day, 2)
    await destroy(described, stack.postgres.address)

    again = tmp_path / "again"
    from_backup = restore.of_backup(data, keys=keys)
    restore.lay_out(from_backup, again, say=say)
    done = await restore.brought_up(from_backup, again, say=say)
    assert done["enrollment"]["keys"]["withheld"] == 0
    with pytest.raises(Problem, match="is not empty"):
        restore.lay_out(from_backup, again, say=say)
    for service in ("enrollment", "banking", "claims"):
        heads = told["heads"][service]
        assert done[service]["heads"] == {str(shard): seq for shard, seq in heads.items()}
