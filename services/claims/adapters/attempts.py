"""Failed tries of secrets, counted in this process's memory."""

import math
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chassis.web.limits import TooManyRequests

NAMES_MAX = 20_000
"""So many are remembered; the one that tried longest ago is forgotten first."""


@dataclass
class Attempts:
    """At most `tries_max` failed tries in `window` for one name.

    A try counts from its beginning, so that many at once are no way round; `forgive` takes back
    one that was right.
    """

    tries_max: int
    window: timedelta
    _tries: OrderedDict[str, deque[datetime]] = field(default_factory=OrderedDict)

    def begin(self, name: str, *, now: datetime) -> None:
        """Count a try. Raises TooManyRequests with when to come again."""
        tries = self._tries.setdefault(name, deque(maxlen=self.tries_max))
        self._tries.move_to_end(name)
        while tries and not self._counts(tries[0], now):
            tries.popleft()
        if len(tries) == self.tries_max:
            again_at = tries[0] + self.window
            left_s = max(1, math.ceil((again_at - now).total_seconds()))
            raise TooManyRequests(
                f"Too many tries: come again in {left_s} s.", retry_after_s=left_s
            )
        tries.append(now)
        if len(self._tries) > NAMES_MAX:
            self._tries.popitem(last=False)

    def forgive(self, name: str, *, at: datetime) -> None:
        """The try that began then was right."""
        tries = self._tries.get(name)
        if tries and at in tries:
            tries.remove(at)

    def _counts(self, tried_at: datetime, now: datetime) -> bool:
        """A clock that was set back lets nobody wait for ever."""
        return tried_at <= now < tried_at + self.window
