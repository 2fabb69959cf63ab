"""Work that a service does by itself, again and again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from chassis.busy import Busy
from chassis.clock import monotonic_s, real_now
from chassis.metrics import Metrics

Step = Callable[[], Awaitable[bool]]
"""Does a portion of work; tells whether there may be more."""
BACK_OFF_S = 2.0
BEAT_S = 10.0
LOOK_AGAIN_S = 2.0
"""How long a job that waits for records looks for none, at most: another process may have made
some."""
PUT_OFF_S = 600.0
"""How long a job for quiet times waits for one, at most."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A step of work and how long to rest when there is none."""

    name: str
    step: Step
    rest_s: float
    in_quiet: bool = False
    """Whether it is for later, and waits while the machine is busy with what is for now."""
    recorded: Callable[[], int] | None = None
    """How many transactions have recorded something, for a job that has no work before another one
    does: to look in vain four times a second takes time (`python -m benchmarks idle`)."""

    async def run(self, beat: Callable[[], None]) -> None:
        """Step until cancelled. A step that fails is logged and tried again: it has to be one that
        can be."""
        while True:
            beat()
            seen = self._seen()
            try:
                more = await self.step()
            except Exception:
                log.exception("%s failed; it is tried again", self.name)
                await asyncio.sleep(BACK_OFF_S)
                continue
            if not more:
                await (
                    self._rest_until_quiet(beat)
                    if self.in_quiet
                    else self._rest_until_recorded(seen, beat)
                )

    def _seen(self) -> int | None:
        return None if self.recorded is None else self.recorded()

    async def _rest_until_recorded(self, seen: int | None, beat: Callable[[], None]) -> None:
        """Rest, and go on resting until something was recorded since then; so long at most."""
        until_s = monotonic_s() + LOOK_AGAIN_S
        await self._rest(beat)
        while seen is not None and seen == self._seen() and monotonic_s() < until_s:
            await self._rest(beat)

    async def _rest_until_quiet(self, beat: Callable[[], None]) -> None:
        """Rest until a rest went by in which there was little else to do; so long at most."""
        busy, until_s = Busy(), monotonic_s() + PUT_OFF_S
        await self._rest(beat)
        while busy() and monotonic_s() < until_s:
            await self._rest(beat)

    async def _rest(self, beat: Callable[[], None]) -> None:
        """Rest, and say meanwhile that this goes round: a rest may be longer than a loop may."""
        left_s = self.rest_s
        while left_s > 0:
            beat()
            await asyncio.sleep(min(left_s, BEAT_S))
            left_s -= BEAT_S


def measured(job: Job, metrics: Metrics) -> Job:
    """The job, with its last success and its failures among the metrics."""
    succeeded_at = metrics.job_succeeded_at.labels(job.name)
    failures = metrics.job_failures.labels(job.name)
    succeeded_at.set(real_now().timestamp())  # one that never succeeds is to be seen too

    async def step() -> bool:
        with failures.count_exceptions(Exception):
            more = await job.step()
        succeeded_at.set(real_now().timestamp())
        return more

    return replace(job, step=step)
