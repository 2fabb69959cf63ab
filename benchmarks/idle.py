"""What an installation takes where nothing happens: milliseconds of one core in a second.

Every program asks now and then whether there is something to do. It adds up, on the machine of a
province that is open eight hours a day and in every test that starts a service.
"""

import asyncio

from benchmarks.machines import bench
from tameng.demo.cost import processor_s

CALM_S = 30.0
"""After a start: Java compiles, readers join their groups."""
WATCHED_S = 30.0


async def measure() -> dict[str, float]:
    """Of each program, Postgres and Kafka with all their processes, and of all of them."""
    async with bench() as machine:
        await asyncio.sleep(CALM_S)
        before = processor_s(machine.running)
        await asyncio.sleep(WATCHED_S)
        after = processor_s(machine.running)
    spent = {
        f"{name}, idle ms/s": (after[name] - before[name]) / WATCHED_S * 1_000 for name in before
    }
    return spent | {"all, idle ms/s": sum(spent.values())}
