"""How fast the tables of each service are rebuilt from its events, and compared, while it runs.

Four months of 20,000 members, everything on the same two cores. Seconds are the whole command's
without the start of Python: cut, rebuild by one process a core, digests of both sides. `events` are
all that a service recorded and heard; `applied` are those that a table of its own follows.
"""

from benchmarks.machines import bench
from benchmarks.months import MONTHS, lived
from benchmarks.pipeline import MICROSECONDS
from tameng import checks
from tameng.problems import Problem

WORKERS = 20_000
SERVICES = ("enrollment", "banking", "claims")


async def measure() -> dict[str, float]:
    """Replay the three services; CPU is that of the replay's own processes, Postgres not in it."""
    figures: dict[str, float] = {}
    events = applied = seconds = 0.0
    async with bench() as running:
        await lived(running, workers=WORKERS, months=MONTHS[:4])
        for service in SERVICES:
            machine = running.running.described
            checked = await checks.answered(machine, service, "replay")
            if not checked.passed:
                raise Problem(f"the replay of {service} differs: nothing was measured")
            answer = checked.answer
            events, applied = events + answer["events"], applied + answer["applied"]
            seconds += answer["seconds"]
            figures[f"{service} events"] = answer["events"]
            figures[f"{service} applied"] = answer["applied"]
            figures[f"{service} applied/s"] = round(answer["applied"] / answer["seconds"])
            figures[f"{service} events/s"] = answer["events_per_s"]
            cpu_us = answer["cpu_s"] / answer["applied"] * MICROSECONDS
            figures[f"{service} cpu us/applied"] = round(cpu_us)
    return {
        "replay events/s": round(events / seconds),
        "replay applied/s": round(applied / seconds),
        "events": events,
        "applied": applied,
        "seconds": seconds,
        **figures,
    }
