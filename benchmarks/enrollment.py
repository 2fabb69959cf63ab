"""Enrollment alone, with 100,000 members: a roster taken in, a month billed, cover looked up.

Kafka and Postgres run on the same two cores, and the service's own relay sends every event; the
other services are stopped, so that nothing but enrollment is measured. Rows are counted from the
upload to the last member; the second person's time to think is none. The cover of 10,000 is asked
for with 600,000 months in the tables (see `covers`).
"""

import asyncio
import time
from datetime import date
from statistics import median
from typing import NamedTuple

from benchmarks import covers
from benchmarks.machines import Bench, bench
from benchmarks.pipeline import MICROSECONDS, SEED, open_programme, watched
from tameng import intake
from tameng.demo.day import CITY, PROVINCE
from tameng.demo.roster import large

WORKERS = 100_000
MONTH = "2025-07"
TIMES = 5
POLL_S = 0.1


class TakenIn(NamedTuple):
    """Seconds until every row has its verdict, and from the approval to the last member."""

    programme_id: str
    checked_s: float
    enrolled_s: float


async def measure() -> dict[str, float]:
    """Take in, bill, look up; each in seconds or rows a second."""
    async with bench(services=("enrollment",)) as running:
        content = await asyncio.to_thread(large, WORKERS, seed=SEED, on=date(2025, 7, 1))
        cpu_before_s = running.cpu_s()
        taken, rss_mb = await watched(running, take_in(running, content))
        cpu_s = running.cpu_s() - cpu_before_s
        await _all_sent(running)
        billing_s, rss_billing_mb = await watched(running, bill(running, taken.programme_id))
        await covers.fill(running)
        auditor = running.office("auditor", "auditor", PROVINCE)
        covered_s = median([await covers.covered_on_s(auditor) for _ in range(TIMES)])
    return {
        "members": WORKERS,
        "checked rows/s": round(WORKERS / taken.checked_s),
        "enrolled rows/s": round(WORKERS / taken.enrolled_s),
        "import cpu us/row": round(cpu_s / WORKERS * MICROSECONDS),
        "import rows/s": round(WORKERS / (taken.checked_s + taken.enrolled_s)),
        "billing s": round(billing_s, 2),
        "covered-on 10k s": round(covered_s, 2),
        "billing rss MB max": rss_billing_mb,
        "rss MB max": rss_mb,
    }


async def take_in(running: Bench, content: bytes) -> TakenIn:
    """Send a roster, and approve it at once."""
    programme_id = await open_programme(running, heads=WORKERS)
    where = intake.Checking(programme_id, CITY)
    district = running.office("district", "district", CITY)
    checker = running.office("checker", "checker", PROVINCE)
    began = time.perf_counter()
    sent = await intake.send(district, content, where, key="roster")
    checked_s = time.perf_counter() - began
    began = time.perf_counter()
    done = await intake.approve(checker, sent["roster_id"], where)
    assert done["enrolled"] == WORKERS, done  # noqa: S101  (else nothing is measured)
    return TakenIn(programme_id, checked_s, time.perf_counter() - began)


async def bill(running: Bench, programme_id: str) -> float:
    """Seconds from the order until the month is billed everywhere and its list is frozen."""
    branch = running.office("branch", "branch", PROVINCE)
    began = time.perf_counter()
    ordered = await branch.post(
        "enrollment",
        "/billing-runs",
        {"programme_id": programme_id, "month": MONTH},
        key="bill",
    )
    path = f"/billing-runs/{ordered['run_id']}"
    while True:
        standing = await branch.get("enrollment", path)
        if standing["state"] == "frozen":
            assert standing["heads"] == WORKERS, standing  # noqa: S101  (else nothing is measured)
            return time.perf_counter() - began
        await asyncio.sleep(POLL_S)


async def _all_sent(running: Bench) -> None:
    """Wait until the relay has sent every event: billing is measured by itself."""
    admin = running.office("operator", "admin", PROVINCE)
    while True:
        log = (await admin.get("enrollment", "/status"))["log"]
        if all(row["head"] == row["sent"] for row in log):
            return
        await asyncio.sleep(POLL_S)
