"""`python -m benchmarks` runs all benchmarks, `python -m benchmarks NAME` one."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import stamina.instrumentation

from benchmarks import (
    audit,
    banking,
    claims,
    enrollment,
    half_year,
    idle,
    pipeline,
    replay,
    scale,
    what_if,
)
from benchmarks.results import keep

BENCHMARKS: Mapping[str, Callable[[], Coroutine[Any, Any, dict[str, float]]]] = {
    "pipeline": pipeline.measure,
    "enrollment": enrollment.measure,
    "banking": banking.measure,
    "claims": claims.measure,
    "replay": replay.measure,
    "audit": audit.measure,
    "half-year": half_year.measure,
    "idle": idle.measure,
    "what-if": what_if.measure,
    "scale": scale.measure,
}


def main() -> None:
    """Run what is named, print what it found, and keep it under benchmarks/results/."""
    wanted = sys.argv[1:] or list(BENCHMARKS)
    unknown = [name for name in wanted if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}: there are {', '.join(BENCHMARKS)}")
    stamina.instrumentation.set_on_retry_hooks([])
    for name in wanted:
        keep(name, asyncio.run(BENCHMARKS[name]()))


main()
