"""Enrollment alone, with 100,000 members: a roster taken in, a month billed, cover looked up.

Kafka and Postgres run on the same two cores, and the service's own relay sends every event; the
other services are stopped, so that nothing but enrollment is measured. The rows are counted from
the upload to the last member; the second person's time to think is none.
"""

import asyncio
import time
from datetime import date

from benchmarks.machines import Bench, bench
from benchmarks.pipeline import SEED, open_programme, watched
from tameng import intake
from tameng.demo.day import CITY, PROVINCE
from tameng.demo.roster import large

WORKERS = 100_000
ASKED = 10_000
POLL_S = 0.2


async def measure() -> dict[str, float]:
    """Take in, bill, look up; each in seconds or rows a second."""
    async with bench(services=("enrollment",)) as running:
        content = await asyncio.to_thread(large, WORKERS, seed=SEED, on=date(2025, 7, 1))
        (checked_s, import_s), rss_mb = await watched(running, take_in(running, content))
    took_s = checked_s + import_s
    return {
        "members": WORKERS,
        "checked rows/s": round(WORKERS / checked_s),
        "enrolled rows/s": round(WORKERS / import_s),
        "import rows/s": round(WORKERS / took_s),
        "rss MB max": rss_mb,
    }


async def take_in(running: Bench, content: bytes) -> tuple[float, float]:
    """Seconds until every row has its verdict, and from the approval to the last member."""
    where = intake.Checking(await open_programme(running, heads=WORKERS), CITY, _silent)
    district = running.office("district", "district", CITY)
    checker = running.office("checker", "checker", PROVINCE)
    began = time.perf_counter()
    sent = await intake.send(district, content, where, key="roster")
    checked_s = time.perf_counter() - began
    began = time.perf_counter()
    done = await intake.approve(checker, sent["roster_id"], where)
    assert done["enrolled"] == WORKERS, done  # noqa: S101  (else nothing is measured)
    return checked_s, time.perf_counter() - began


def _silent(_words: str, _part: float) -> None:
    """Nobody looks at the progress."""
