"""The rehearsal: a small day on real services is backed up, everything is destroyed, and it comes
back from the archive, the keys and the backup; it is the same, and goes on."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]

from tameng import checks
from tameng.demo import acts, claim_files, programme
from tameng.demo.claim_files import Death
from tameng.demo.day import Day
from tameng.demo.play import BEGINS_AT, ENROLLED_ON, SEED
from tameng.demo.roster import generate
from tameng.environment import SERVICES
from tameng.machine import Described, Running, machine
from tameng.offices import http_client, office_maker
from tameng.problems import Problem
from tameng.repair import backup, restore
from tameng.stack.databases import with_database
from tameng.stack.parts import KINDS, Stack

WORKERS = 30
CONTENT = "SELECT md5(string_agg(t::text, '' ORDER BY t::text COLLATE \"C\")) FROM {} t"
LOG = (
    "SELECT md5(string_agg(concat_ws(' ', shard, seq, event_id, type, key, occurred_at, "
    "causation_id, correlation_id, md5(body)), '' ORDER BY shard, seq)) FROM event_log"
)


@pytest.fixture(autouse=True)
def shared_servers(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in KINDS:
        monkeypatch.setenv(f"TAMENG_{kind.upper()}", getattr(stack, kind).address)
    access = stack.kafka.access
    monkeypatch.setenv("TAMENG_KAFKA_PASSWORDS", str(access.passwords))
    monkeypatch.setenv("TAMENG_KAFKA_SECURITY", access.security)


class Unwatched:
    def tell(self, words: str, *, part: float | None = None) -> None:
        """Nobody looks."""


@asynccontextmanager
async def day_on(running: Running, folder: Path) -> AsyncIterator[Day]:
    rosters = generate(seed=SEED, on=ENROLLED_ON)
    lines = rosters.first.splitlines(keepends=True)[: WORKERS + 1]
    first = b"".join(lines)
    early = tuple(worker for worker in rosters.early if worker.nik.encode() in first)
    async with http_client() as http:
        yield Day(
            clock_file=Path(running.described.clock_file or ""),
            folder=folder,
            rosters=replace(rosters, first=first, early=early),
            office=office_maker(running.keys, running.urls, http),
            progress=Unwatched(),
        )


async def play(day: Day) -> None:
    """A programme, members, accounts, a month paid, a claim approved."""
    await acts.open_programme(day)
    await acts.enroll(day)
    await acts._bill(day, "2025-07")
    await day.move_to("2025-07-03", hour=10)
    await programme.pay(day, "2025-07")
    await a_claim(day, 0)


async def a_claim(day: Day, number: int) -> None:
    """A family files, officers look and decide; the bank orders the payout."""
    known = set(day.claims)
    await day.move_to(f"2025-07-{22 + 2 * number}")
    account = {"kind": "elsewhere", "bank_code": "014", "account_number": f"03567890{number:02}"}
    who = day.rosters.early[number]
    await claim_files.file(
        day, Death(who, "2025-07-20", f"Yustina Tefa {number}", account), day.branch
    )
    await day.move_to(f"2025-07-{23 + 2 * number}")
    for claim_id in (day.claims[worker_id] for worker_id in set(day.claims) - known):
        await claim_files.verify(day, claim_id)
        await claim_files.approve(day, claim_id)
    await day.settle()


async def digests(described: Described) -> dict[str, Any]:
    """Of every log, every state table and every table of keys."""
    found: dict[str, Any] = {}
    for name in SERVICES:
        service = import_module(f"services.{name}.app").service
        url = described.environments[name][f"{name.upper()}_OWNER_DATABASE_URL"]
        server = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
        kept = backup.PERSONAL[name].tables if name in backup.PERSONAL else {}
        for table in (*service.tables.tables, *kept):
            found[f"{name} {table}"] = await server.fetchval(CONTENT.format(table))
        found[f"{name} log"] = await server.fetchval(LOG)
        await server.close()
    return found


async def destroy(described: Described, superuser_url: str) -> None:
    """Every database and every topic."""
    server = await asyncpg.connect(with_database(superuser_url, "postgres"))
    for service in SERVICES:
        await server.execute(f'DROP DATABASE "{described.topic_prefix}{service}" WITH (FORCE)')
    await server.close()
    admin = AIOKafkaAdminClient(**described.kafka.arguments())
    await admin.start()
    names = [f"{described.topic_prefix}{service}.events" for service in SERVICES]
    await admin.delete_topics([*names, f"{described.topic_prefix}rewinds"])
    while set(names) & set(await admin.list_topics()):
        await asyncio.sleep(0.1)
    await admin.close()


@pytest.mark.long
async def test_everything_is_destroyed_and_comes_back(tmp_path: Path, stack: Stack) -> None:
    """Enrollment and audit from the archive alone; banking and claims from a backup that is older,
    and brought forward."""
    said: list[str] = []
    say, old, new = said.append, tmp_path / "old", tmp_path / "new"
    data, keys = tmp_path / "data", tmp_path / "keys"
    async with machine(state=old, fresh=True, say=say, begins_at=BEGINS_AT) as running:
        described = running.described
        async with day_on(running, tmp_path) as day:
            await play(day)
            told = await backup.back_up_data(old, data, say=say)
            await a_claim(day, 1)
        await backup.back_up_keys(old, keys, say=say)
        before = await digests(described)
    await destroy(described, stack.postgres.address)

    sources = restore.of_archive(old / "archive", keys=keys, blobs=old / "blobs")
    whole = restore.of_backup(data, keys=keys)
    older = {name: whole.databases[name] for name in ("banking", "claims")}
    beside = {**sources.beside, "clock": old / "clock"}
    sources = replace(sources, databases=older, beside=beside)
    restore.lay_out(sources, new, say=say)
    done = await restore.brought_up(sources, new, say=say)
    for name in SERVICES:
        heads = sum(done[name]["heads"].values())
        assert done[name]["brought"] == heads - (
            sum(told["heads"][name].values()) if name in older else 0
        )
    with pytest.raises(Problem, match="is not empty"):
        restore.lay_out(sources, new, say=say)
    async with (
        machine(state=new, fresh=False, say=say) as running,
        day_on(running, tmp_path) as day,
    ):
        await day.settle()
        assert changed(before, await digests(running.described)) == set()
        assert (await checks.verified(running.described)).passed
        await a_claim(day, 2)
    (data / "databases" / "claims.dump").write_bytes(b"another")
    with pytest.raises(Problem, match="is not as it was backed up"):
        restore.of_backup(data, keys=keys)


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Audit vouches again when it starts: its own log and checkpoints may have grown."""
    return {name for name in before if before[name] != after[name]} - {
        "audit log",
        "audit checkpoints",
    }
