"""A what-if over 10,000 claims: every decision taken again, twice, in a scratch schema.

The claims are written to log and tables by the service's own unit, with heirs, papers and payment
as in life, one approval each. Then the what-if is asked as `tameng what-if` asks it.
"""

import resource
import time
from pathlib import Path
from random import Random

from benchmarks.decided import claim
from benchmarks.machines import Bench, bench
from chassis.clock import simulated
from chassis.state.database import owner_engine
from chassis.state.unit import EVERYWHERE, Units
from services.claims.projections import projections
from tameng.problems import Problem
from tameng.what_if.asking import asked

CLAIMS = 10_000
BATCH = 500
SEED = 7
CHANGE = ("--set", "death-waiting=6", "--set", "death-funeral=12_000_000")
"""All of them come out otherwise: nothing is spared."""


async def measure() -> dict[str, float]:
    """Seconds of the clock, and of CPU in the process that decides (Postgres not counted)."""
    async with bench(services=("claims",)) as running:
        await _record(running)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        found = await asked(running.running.described, "claims", CHANGE)
        took_s = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer = found.answer
    if not found.passed or len(answer["differing"]) != CLAIMS:
        raise Problem("the what-if did not come to what it should: nothing was measured")
    return {
        "what-if s": took_s,
        "what-if cpu s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "what-if claims": answer["claims"],
        "what-if events": answer["events"],
    }


async def _record(running: Bench) -> None:
    machine, chance = running.running.described, Random(SEED)  # noqa: S311  (a benchmark)
    url = machine.environments["claims"]["CLAIMS_OWNER_DATABASE_URL"]
    engine = owner_engine(url, application="benchmark")
    units = Units(engine, projections, simulated(Path(machine.clock_file or "")))
    for first in range(0, CLAIMS, BATCH):
        events = [event for at in range(first, first + BATCH) for event in claim(at, chance)]
        async with units.bulk(area=EVERYWHERE) as unit:
            await unit.record(events)
    await engine.dispose()
