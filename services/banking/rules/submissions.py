"""What an answer of the rail means for a payout, and how long to wait before asking again.

A payout that may have left never gets a second reference: until the other bank has said yes or no
to the first, its outcome is unknown, and it is asked for (domain 5.7).
"""

from enum import Enum
from typing import NamedTuple

LEASE_S = 30.0
"""How long a payout belongs to the process that deals with it. Longer than any dialog lasts."""
DIALOG_MAX_S = 26.0
"""The key of the payee and two answers of the rail, with their time-outs, stay below this."""
TRIES_MAX = 20
BACK_OFF_FIRST_S = 0.5
BACK_OFF_MAX_S = 300.0
PUT_OFF_S = 5.0
SILENCE_MAX_S = 86_400.0
"""A rail that is away for longer leaves what was sent to it to a person."""
TAKING_S = 20.0
"""How long one step takes payouts; with a dialog more, it is well below the watch's limit."""


class Meaning(Enum):
    """What is known of a payout after a dialog with the rail."""

    ARRIVED = "arrived"
    REFUSED = "refused"
    """For good: nothing has moved and nothing will."""
    ABSENT = "absent"
    """The rail has never seen the reference."""
    UNKNOWN = "unknown"
    """No answer, a torn one, or one that does not decide: ask again."""
    PUT_OFF = "put-off"
    """The rail was not asked, or is away altogether: no try of this payout."""
    DIFFERS = "differs"
    """The rail tells of another amount: a person has to look, and nothing is sent any more."""


class Verdict(NamedTuple):
    """What a dialog came to, and the rail's code and words for it."""

    meaning: Meaning
    words: str = ""


class Patience(NamedTuple):
    """How long and how often the rail is asked about one payout. Seconds are real ones."""

    lease_s: float = LEASE_S
    dialog_s: float = DIALOG_MAX_S
    tries_max: int = TRIES_MAX
    back_off_first_s: float = BACK_OFF_FIRST_S
    back_off_max_s: float = BACK_OFF_MAX_S
    put_off_s: float = PUT_OFF_S
    silence_max_s: float = SILENCE_MAX_S
    taking_s: float = TAKING_S

    def delay_s(self, tries: int) -> float | None:
        """The wait after so many unclear tries; None when a person has to ask."""
        if tries >= self.tries_max:
            return None
        return min(self.back_off_max_s, self.back_off_first_s * 2.0 ** min(tries, 30))
