"""A roster of 20,000 through all services, beside the same bytes without any logic.

The pipeline: the file over HTTP, enrollment decides and logs, Kafka, banking decides and logs,
Kafka, enrollment links the accounts, claims copies the members, audit archives everything. The
raw limit: the same bytes of the same three hops through COPY and Kafka, in the same run on the same
servers, with nobody looking at them; once with the tables that were filled, once the logs only.
"""

import asyncio
import time
from collections.abc import Coroutine
from datetime import date
from typing import Any, TypeVar

from benchmarks import raw_limit
from benchmarks.machines import Bench, bench
from tameng import drain, intake
from tameng.demo.day import CITY, PROVINCE
from tameng.demo.roster import large

WORKERS = 20_000
SEED = 9
SAMPLE_S = 0.3
T = TypeVar("T")
MICROSECONDS = 1_000_000


async def measure() -> dict[str, float]:
    """Run both; workers a second, share of the limit, CPU and memory."""
    async with bench() as running:
        content = large(WORKERS, seed=SEED, on=date(2025, 7, 1))
        cpu_before_s = running.cpu_s()
        took_s, rss_mb = await watched(running, enroll(running, content))
        cpu_s = running.cpu_s() - cpu_before_s
        raw_s = await raw_limit.seconds(running.running.described, log_only=False)
        log_s = await raw_limit.seconds(running.running.described, log_only=True)
    per_s, raw_per_s = WORKERS / took_s, WORKERS / raw_s
    return {
        "workers": WORKERS,
        "workers/s": round(per_s),
        "raw limit workers/s": round(raw_per_s),
        "share of limit": per_s / raw_per_s,
        "raw limit, log only workers/s": round(WORKERS / log_s),
        "share of limit, log only": log_s / took_s,
        "cpu us/worker": round(cpu_s / WORKERS * MICROSECONDS),
        "rss MB max": rss_mb,
    }


async def watched(running: Bench, work: Coroutine[Any, Any, T]) -> tuple[T, int]:
    """What the work answers, and the largest resident set of a service meanwhile, in MB."""
    task = asyncio.create_task(work)
    largest = 0
    while not task.done():
        largest = max(largest, running.rss_mb_max())
        await asyncio.wait([task], timeout=SAMPLE_S)
    return await task, largest


async def open_programme(running: Bench, *, heads: int = WORKERS) -> str:
    """A programme of six months with room for as many members in the city."""
    province = running.office("province", "province", PROVINCE)
    opened = await province.post(
        "enrollment",
        "/programmes",
        {
            "name": "benchmark",
            "province_code": PROVINCE,
            "funder": "nobody",
            "legal_basis": "none",
            "first_month": "2025-07",
            "last_month": "2025-12",
            "ceiling": 20_000_000_000,
            "quotas": [{"region_code": CITY, "heads": heads}],
        },
        key="open",
    )
    return str(opened["programme_id"])


async def enroll(running: Bench, content: bytes) -> float:
    """Seconds from the upload of a roster until all its events were applied by every reader."""
    programme_id = await open_programme(running)
    where = intake.Checking(programme_id, CITY)
    district = running.office("district", "district", CITY)
    checker = running.office("checker", "checker", PROVINCE)
    began = time.perf_counter()
    sent = await intake.send(district, content, where, key="roster")
    done = await intake.approve(checker, sent["roster_id"], where)
    assert done["enrolled"] == WORKERS, done  # noqa: S101  (else nothing is measured)
    await drain.drained(running.office("operator", "admin", PROVINCE))
    return time.perf_counter() - began
