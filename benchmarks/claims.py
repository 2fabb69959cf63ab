"""Claims over the public HTTP interface: from filing to approval, all the way to paid, and benefits
computed with their explanations.

Servers and clients run on the same two cores. Sixteen clients each take a claim through six
requests: file (with the heir), three documents of 20 kB, verify, approve, by three officers. The
members and their cover stand in the tables as enrollment would have told; claims and banking
run for real. The bank opens an account for each heir, as the programme wants it, and pays onto it
(payouts over the rail to other banks are measured in `benchmarks/payouts.py`).
"""

import asyncio
import json
import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http.client import HTTPConnection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from uuid import UUID, uuid5

import asyncpg  # type: ignore[import-untyped]

from benchmarks.machines import Bench, bench
from benchmarks.payouts import fund_insurer
from chassis import clock
from chassis.local_time import WITA
from chassis.state.database import owner_engine
from contracts.claims import HeirClass
from services.claims.rules.compute import compute
from services.claims.rules.explain import explanation
from services.claims.rules.facts import Facts, PaidMonth, Spell
from tameng.demo.day import PROVINCE

CLAIMS = 1_200
CLIENTS = 16
SCAN_BYTES = 20_000
MEMBERS = UUID(int=11)
PROGRAMME = UUID(int=1)
NOW = datetime(2025, 10, 22, 9, tzinfo=WITA)
DIED_ON = date(2025, 10, 13)
COVERED_FROM = datetime(2025, 7, 3, 2, tzinfo=UTC)
COMPUTATIONS = 100_000
CORES = 2
PAPERS = ("death-certificate", "heir-certificate", "member-card")
PATIENCE_S = 300
POLL_S = 0.05
DRIVER = "+asyncpg"
PDF = b"%PDF-1.4\n%"
PACKAGE = 42_000_000
BAD = 300

_MEMBER = """
    INSERT INTO members (worker_id, programme_id, village_code, kpj, covered_from, last_month)
    VALUES ($1, $2, '53.71.04.1001', $3, $4, '2025-12')"""
_SPELL = """
    INSERT INTO cover_spells (worker_id, covered_from, programme_id, event_id)
    VALUES ($1, $2, $3, $1)"""
_MONTH = """
    INSERT INTO paid_months (worker_id, programme_id, month, paid_at, amount, event_id)
    VALUES ($1, $2, $3, $4, 16800, $1)"""


@dataclass
class Officers:
    """Three people and where their service is; tokens are made once."""

    address: str
    clerk: dict[str, str]
    checker: dict[str, str]
    head: dict[str, str]


class Client:
    """One connection, kept open; the standard library's, which costs the least on both cores."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._http = HTTPConnection(parts.hostname or "", parts.port, timeout=60)

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> dict[str, object]:
        """What is answered; anything but success ends the benchmark."""
        self._http.request("POST", path, body, headers)
        answer = self._http.getresponse()
        content = answer.read()
        assert answer.status < BAD, content  # noqa: S101
        found: dict[str, object] = json.loads(content)
        return found

    def close(self) -> None:
        """Hang up."""
        self._http.close()


async def measure() -> dict[str, float]:
    """All three: claims a second to the approval, to `ClaimPaid`, and 100,000 computations."""
    computed_s = await asyncio.to_thread(computations)
    async with bench(services=("claims", "banking")) as running:
        rates = await _claims(running)
    return rates | {"computations s": computed_s}


def computations() -> float:
    """Seconds for 100,000 benefits with their explanations, half of them on each core."""
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(CORES + 1)
    with spawn.Pool(CORES, initializer=_wait_for, initargs=(start,)) as pool:
        start.wait()  # processes are there, what they need is imported
        began_s = time.perf_counter()
        due = sum(pool.map(_computed, [COMPUTATIONS // CORES] * CORES, chunksize=1))
        took_s = time.perf_counter() - began_s
    assert due == COMPUTATIONS * PACKAGE  # noqa: S101
    return took_s


def _wait_for(start: Barrier) -> None:
    start.wait()


def _computed(times: int) -> int:
    """What is due in all. Rupiah."""
    facts = Facts(
        kind="death",
        filed_on=NOW.date(),
        decided_on=NOW.date(),
        happened_on=DIED_ON,
        died_on=DIED_ON,
        spells=(Spell(COVERED_FROM),),
        paid=tuple(PaidMonth(f"2025-{month:02}", date(2025, month, 3)) for month in range(7, 11)),
        last_promised_month="2025-12",
        heir_class=HeirClass.SPOUSE_OR_CHILD,
    )
    due = 0
    for _ in range(times):
        due += sum(step.amount for step in explanation(facts, compute(facts)).steps)
    return due


async def _claims(running: Bench) -> dict[str, float]:
    environment = running.running.described.environments
    clock.move(Path(running.running.described.clock_file or ""), NOW)
    pool = await asyncpg.create_pool(
        environment["claims"]["CLAIMS_OWNER_DATABASE_URL"].replace(DRIVER, ""),
        min_size=1,
        max_size=2,
    )
    try:
        workers = [uuid5(MEMBERS, str(number)) for number in range(CLAIMS)]
        await _members(pool, workers)
        await _fund(environment["banking"]["BANKING_OWNER_DATABASE_URL"])
        officers = Officers(
            running.running.urls["claims"],
            _headers(running, "clerk", "branch"),
            _headers(running, "checker", "branch"),
            _headers(running, "head", "approver"),
        )
        cpu_before_s = running.cpu_s()
        began_s = time.perf_counter()
        shares = [list(enumerate(workers))[first::CLIENTS] for first in range(CLIENTS)]
        with ThreadPoolExecutor(CLIENTS) as threads:
            loop = asyncio.get_running_loop()
            await asyncio.gather(
                *(loop.run_in_executor(threads, _take, officers, share) for share in shares)
            )
        approved_s = time.perf_counter() - began_s
        await _all_paid(pool)
        paid_s = time.perf_counter() - began_s
        cpu_s = running.cpu_s() - cpu_before_s
    finally:
        await pool.close()
    return {
        "claims": CLAIMS,
        "claims/s": CLAIMS / approved_s,
        "paid/s": CLAIMS / paid_s,
        "cpu ms/claim in claims and banking": cpu_s / CLAIMS * 1_000,
    }


async def _fund(url: str) -> None:
    bank = owner_engine(url, application="benchmark")
    try:
        await fund_insurer(bank, CLAIMS * PACKAGE)
    finally:
        await bank.dispose()


def _headers(running: Bench, name: str, role: str) -> dict[str, str]:
    return running.office(name, role, PROVINCE).headers()


async def _members(pool: asyncpg.Pool, workers: Sequence[UUID]) -> None:
    """Members covered since July with four months paid."""
    async with pool.acquire() as connection, connection.transaction():
        rows = [
            (worker, PROGRAMME, f"{26_000_000_000 + number}", COVERED_FROM)
            for number, worker in enumerate(workers)
        ]
        await connection.executemany(_MEMBER, rows)
        spells = [(worker, COVERED_FROM, PROGRAMME) for worker in workers]
        await connection.executemany(_SPELL, spells)
        months = [
            (worker, PROGRAMME, f"2025-{month:02}", datetime(2025, month, 3, 2, tzinfo=UTC))
            for worker in workers
            for month in range(7, 11)
        ]
        await connection.executemany(_MONTH, months)


def _take(officers: Officers, claims: Sequence[tuple[int, UUID]]) -> None:
    """Take one claim after the other to its approval."""
    client = Client(officers.address)
    for number, worker in claims:
        heir = {
            "heir_class": 1,
            "relation": "child",
            "name": "Marselina Ndun",
            "nik": f"5371044107{number:06}",
            "relationship": "anak",
            "account": {"kind": "open-here"},
        }
        report = {"worker_id": str(worker), "died_on": DIED_ON.isoformat(), "heirs": [heir]}
        filed = client.post(
            "/claims", json.dumps(report).encode(), _key(officers.clerk, "f", number)
        )
        claim = f"/claims/{filed['claim_id']}"
        for paper in PAPERS:
            scan = PDF + f"{paper} {number} ".encode() * (SCAN_BYTES // 30)
            about = {"kind": paper, "issuer": "Dukcapil", "issued_on": DIED_ON.isoformat()}
            headers = _key(officers.clerk, paper, number) | {"Content-Type": "application/pdf"}
            client.post(f"{claim}/documents?{urlencode(about)}", scan, headers)
        client.post(f"{claim}/verification", b"{}", _key(officers.checker, "v", number))
        decided = client.post(f"{claim}/approval", b"{}", _key(officers.head, "a", number))
        assert decided["amount"] == PACKAGE, decided  # noqa: S101  (else other work is measured)
    client.close()


def _key(headers: dict[str, str], purpose: str, number: int) -> dict[str, str]:
    own = {"Idempotency-Key": f"{purpose} {number}", "Content-Type": "application/json"}
    return headers | own


async def _all_paid(pool: asyncpg.Pool) -> None:
    """Wait until every claim is paid, and each whole."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            row = await pool.fetchrow(
                "SELECT count(*) AS n, sum(amount_paid) AS paid FROM claims WHERE state = 'paid'"
            )
            if row["n"] == CLAIMS:
                assert row["paid"] == CLAIMS * PACKAGE  # noqa: S101
                return
            await asyncio.sleep(POLL_S)
