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
from typing import Any

from benchmarks import raw_limit
from benchmarks.machines import Bench, bench
from tameng import drain
from tameng.demo.day import CITY, PROVINCE
from tameng.demo.roster import large
from tameng.offices import Office

WORKERS = 20_000
SEED = 9
SAMPLE_S = 0.3
MICROSECONDS = 1_000_000


async def measure() -> dict[str, float]:
    """Run both; workers a second, share of the limit, CPU and memory."""
    async with bench() as running:
        content = large(WORKERS, seed=SEED, on=date(2025, 7, 1))
        cpu_before_s = running.cpu_s()
        took_s, rss_mb = await _watched(running, enroll(running, content))
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


async def _watched(running: Bench, work: Coroutine[Any, Any, float]) -> tuple[float, int]:
    """What the work answers, and the largest resident set of a service meanwhile, in MB."""
    task = asyncio.create_task(work)
    largest = 0
    while not task.done():
        largest = max(largest, running.rss_mb_max())
        await asyncio.wait([task], timeout=SAMPLE_S)
    return await task, largest


async def _open_programme(running: Bench) -> str:
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
            "quotas": [{"region_code": CITY, "heads": WORKERS}],
        },
        key="open",
    )
    return str(opened["programme_id"])


async def enroll(running: Bench, content: bytes) -> float:
    """Seconds from the upload of a roster until all its events were applied by every reader."""
    programme_id = await _open_programme(running)
    district = running.office("district", "district", CITY)
    began = time.perf_counter()
    received = await district.upload(
        "enrollment", "/rosters", content, key="roster", programme_id=programme_id,
        region_code=CITY,
    )  # fmt: skip
    await _worked_through(district, received["roster_id"])
    await drain.drained(running.office("operator", "admin", PROVINCE))
    return time.perf_counter() - began


async def _worked_through(district: Office, roster_id: str) -> None:
    while True:
        standing: dict[str, Any] = await district.get("enrollment", f"/rosters/{roster_id}")
        if standing["done"]:
            assert standing["enrolled"] == WORKERS, standing  # noqa: S101  (else nothing is measured)
            return
        await asyncio.sleep(SAMPLE_S)
