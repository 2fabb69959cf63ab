"""Benefits to other banks through the rail's stand-in over HTTP, an inquiry and a transfer each.

Heirs and approvals stand in the log of claims as it would have recorded them, the heirs' keys in
its table; claims sends them through Kafka and gives the keys over HTTP. Timed is from the first
payout that banking ordered to the last that is settled. Kafka, Postgres, the rail and both services
share the two cores. At the end the rail's book is compared: each reference once, our amount.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date
from pathlib import Path
from uuid import UUID

import httpx
import psutil
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from benchmarks.machines import BEGINS_AT, Bench, bench
from chassis.ids import new_id
from chassis.sealing import KeyWrap, new_keys, seal
from chassis.settings import key_in
from chassis.state.database import owner_engine
from chassis.state.event_log import append, by_shard
from chassis.subject_keys import keep_keys
from contracts.claims import BenefitLine, ClaimApproved, Explanation, HeirClass, HeirRegistered
from contracts.event import Cause, Event
from contracts.types import ClaimId, PartyId, WorkerId
from services.banking.rules.ledger import INSURER, TREASURY
from tameng.environment import OF_PROCESSES
from tameng.machine import service_command

PAYOUTS = 2_000
AMOUNT = 20_000_000
POLL_S = 0.05
LIMIT_S = 300.0
STOP_S = 30
PAGE = 1_000
MILLISECONDS = 1_000
_STATES = text("SELECT state, count(*) AS payouts FROM payouts GROUP BY state")
_REFERENCES = text("SELECT payout_id FROM payouts WHERE state = 'settled'")
_FUND = text("""
    INSERT INTO transfers (transfer_id, kind, reference, debit_account, credit_account, amount,
                           debit_balance, transferred_at)
    VALUES (:id, 'contribution', :id, :treasury, :insurer, cast(:amount AS bigint),
            -cast(:amount AS bigint), :at)""")
_BALANCE = text("INSERT INTO balances (account_id, balance) VALUES (:account, :amount)")


class HeirIdentity(BaseModel):
    """What claims seals of an heir."""

    name: str
    nik: str
    bank_code: str
    account_number: str


async def payouts_per_s(*, payouts: int = PAYOUTS) -> float:
    """Payouts to other banks a second, from the approval that banking heard to the last settled."""
    return (await measure(payouts=payouts))["payouts/s"]


async def measure(*, payouts: int = PAYOUTS) -> dict[str, float]:
    """Pay so many; payouts a second, and the CPU that banking and the rail used for each."""
    async with bench(services=()) as running, AsyncExitStack() as stack:
        await _fill_claims(running, payouts)
        bank = owner_engine(_url(running, "banking"), application="benchmark")
        stack.push_async_callback(bank.dispose)
        await fund_insurer(bank, payouts * AMOUNT)
        await stack.enter_async_context(_started(running, "claims"))
        process = await stack.enter_async_context(_started(running, "banking"))
        await _reached(bank, 1, "ordered", "submitted", "settled")
        began_s, cpu_before_s = time.perf_counter(), _cpu_s(process)
        await _reached(bank, payouts, "settled")
        took_s, cpu_s = time.perf_counter() - began_s, _cpu_s(process) - cpu_before_s
        await _compare(running, bank, payouts)
    return {
        "payouts": payouts,
        "payouts/s": payouts / took_s,
        "cpu ms/payout in banking": cpu_s / payouts * MILLISECONDS,
    }


async def _fill_claims(running: Bench, payouts: int) -> None:
    environment = running.running.described.environments["claims"]
    wrap = KeyWrap(key_in(Path(environment["CLAIMS_MASTER_KEY_FILE"])))
    keys = dict(zip((new_id() for _ in range(payouts)), new_keys(payouts), strict=True))
    engine = owner_engine(_url(running, "claims"), application="benchmark")
    try:
        async with AsyncSession(engine) as session, session.begin():
            wrapped = {party_id: wrap.wrap(party_id, key) for party_id, key in keys.items()}
            await keep_keys(session, wrapped, at=BEGINS_AT)
            events = [event for item in enumerate(keys.items()) for event in _claim(*item)]
            await append(session, by_shard(events), now=BEGINS_AT)
    finally:
        await engine.dispose()


def _claim(number: int, of: tuple[UUID, bytes]) -> Iterator[Event]:
    """An heir with an account elsewhere, and a benefit line for it."""
    party_id, key = of
    claim_id, worker_id = ClaimId(new_id()), WorkerId(new_id())
    cause = Cause(claim_id, claim_id)
    who = HeirIdentity(
        name="Marselina Ndun",
        nik="5371044107700001",
        bank_code="014",
        account_number=f"5{number:09}5",
    )
    yield HeirRegistered(
        **cause.stamp("register", at=BEGINS_AT),
        claim_id=claim_id,
        worker_id=worker_id,
        party_id=PartyId(party_id),
        heir_class=HeirClass.SPOUSE_OR_CHILD,
        account="elsewhere",
        identity=seal(
            who, subject=party_id, holder="claims", kind="heir-identity", version=1, key=key
        ),
        registered_by="benchmark",
    )
    yield ClaimApproved(
        **cause.stamp("approve", at=BEGINS_AT),
        claim_id=claim_id,
        worker_id=worker_id,
        lines=(BenefitLine(benefit="lump-sum", amount=AMOUNT, payee_id=PartyId(party_id)),),
        explanation=Explanation(
            rule="PP 44/2015 art. 34",
            outcome="whole",
            covered_from=BEGINS_AT,
            died_on=date(2025, 10, 11),
            waiting_ends_on=date(2025, 10, 7),
            months_paid=4,
        ),
        approved_by="benchmark",
    )


async def fund_insurer(bank: AsyncEngine, amount: int) -> None:
    """As contributions would have; nothing is recorded for it."""
    async with bank.begin() as connection:
        ids = {"id": new_id(), "treasury": TREASURY, "insurer": INSURER}
        await connection.execute(_FUND, ids | {"amount": amount, "at": BEGINS_AT})
        await connection.execute(_BALANCE, {"account": INSURER, "amount": amount})
        await connection.execute(_BALANCE, {"account": TREASURY, "amount": -amount})


async def _reached(bank: AsyncEngine, payouts: int, *states: str) -> None:
    """Wait until so many payouts are in one of these states."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            async with bank.connect() as connection:
                found = {row.state: row.payouts for row in await connection.execute(_STATES)}
            assert "failed" not in found, found  # noqa: S101  (else something else is measured)
            if sum(found.get(state, 0) for state in states) >= payouts:
                return
            await asyncio.sleep(POLL_S)


async def _compare(running: Bench, bank: AsyncEngine, payouts: int) -> None:
    """The rail moved each reference once, and our amount."""
    async with bank.connect() as connection:
        ours = sorted(each.hex for each in await connection.scalars(_REFERENCES))
    url = running.running.described.environments["banking"]["BANKING_RAIL_URL"]
    book: list[dict[str, object]] = []
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        while len(book) % PAGE == 0:
            after = {"after": len(book), "limit": PAGE}
            page = (await client.get("/_control/book", params=after)).json()["transfers"]
            book += page
            if not page:
                break
    assert len(ours) == payouts  # noqa: S101
    assert sorted(str(line["partnerReferenceNo"]) for line in book) == ours  # noqa: S101
    assert {(line["movedRupiah"], line["requests"]) for line in book} == {(AMOUNT, 1)}  # noqa: S101


@asynccontextmanager
async def _started(running: Bench, service: str) -> AsyncIterator[psutil.Process]:
    """The service, started now and stopped at the end."""
    environment = running.running.described.environments[service]
    started = await asyncio.create_subprocess_exec(
        *service_command(service, "serve"),
        env={**os.environ, **OF_PROCESSES, **environment},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=sys.stderr,
    )
    try:
        yield psutil.Process(started.pid)
    finally:
        started.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await started.wait()
        except TimeoutError:
            started.kill()
            await started.wait()


def _url(running: Bench, service: str) -> str:
    environment = running.running.described.environments[service]
    return environment[f"{service.upper()}_OWNER_DATABASE_URL"]


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
