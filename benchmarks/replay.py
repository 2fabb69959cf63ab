"""How fast a service's tables are rebuilt from its events, beside reading the same rows only."""

import asyncio
import time
from datetime import date

from benchmarks.machines import bench
from benchmarks.pipeline import SEED, enroll
from chassis.state import event_log
from chassis.state.database import owner_engine
from chassis.state.replay.sources import ROWS_MAX
from tameng import checks
from tameng.demo.roster import large
from tameng.problems import Problem

WORKERS = 20_000


async def measure() -> dict[str, float]:
    """Replay enrollment after a roster of 20,000."""
    async with bench() as running:
        await enroll(running, large(WORKERS, seed=SEED, on=date(2025, 7, 1)))
        machine = running.running.described
        began = time.perf_counter()
        checked = await checks.replayed(machine, "enrollment")
        took_s = time.perf_counter() - began
        if not checked.passed:
            raise Problem("the replay differs: nothing was measured")
        read_s = await _reading_s(machine.environments["enrollment"])
    events = checked.answer["events"]
    return {
        "events": events,
        "events/s": round(events / took_s),
        "read only events/s": round(events / read_s),
        "share of limit": read_s / took_s,
    }


async def _reading_s(environment: dict[str, str]) -> float:
    engine = owner_engine(environment["ENROLLMENT_OWNER_DATABASE_URL"], application="benchmark")
    began = time.perf_counter()
    async with engine.connect() as connection:
        places = dict.fromkeys(range(event_log.SHARDS), 1)
        while rows := await event_log.rows_from(connection, places, rows_max=ROWS_MAX):
            places |= {row.shard: row.seq + 1 for row in rows}
            await asyncio.sleep(0)
    await engine.dispose()
    return time.perf_counter() - began
