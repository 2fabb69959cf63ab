"""Who dies in the four months, and what the law gives each family: told without the services.

Deaths lie evenly over the months; so most die while their cover is younger than three months, and
their families get the funeral benefit (Permenaker 1/2025). What is paid stays below what the
members' contributions brought by then: the insurer has no other money in this story.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from random import Random
from typing import Final

from tameng.demo import names
from tameng.demo.claim_files import Death, elsewhere
from tameng.demo.people import Worker

WORKERS_PER_DEATH: Final = 250
SHARES: Final = {"2025-07": 29, "2025-08": 29, "2025-09": 27, "2025-10": 15}
"""Of a hundred deaths. October is short: its families are called to the counter on the 20th."""
ROUNDED_IN: Final = "2025-09"
WAITED_FROM: Final = date(2025, 10, 3)
"""Three months of cover."""
DAYS: Final = range(11, 19)
"""Of the month: more than a week from the end of the wait, which would ask for a second look."""
WHOLE: Final = 42_000_000
FUNERAL: Final = 10_000_000
BANKS: Final = ("002", "008", "009", "014")


def deaths(workers: Sequence[Worker], chance: Random) -> tuple[Death, ...]:
    """Some of the workers, in the order of the months; half of the heirs with an
    account at another bank."""
    months = [month for month, died in heads(len(workers)).items() for _ in range(died)]
    return tuple(
        Death(
            worker,
            f"{month}-{chance.choice(DAYS):02}",
            names.full_name(names.family(chance), sex=chance.choice("LP"), chance=chance),
            account(number, chance),
        )
        for number, (worker, month) in enumerate(
            zip(chance.sample(workers, len(months)), months, strict=True)
        )
    )


def heads(workers: int) -> dict[str, int]:
    """How many of so many workers die in each month: one of 250 in all, at least one."""
    count = max(1, workers // WORKERS_PER_DEATH)
    died = {month: count * share // 100 for month, share in SHARES.items()}
    return died | {ROUNDED_IN: died[ROUNDED_IN] + count - sum(died.values())}


def due(death: Death) -> int:
    """Rupiah that the law gives the family."""
    return WHOLE if date.fromisoformat(death.died_on) >= WAITED_FROM else FUNERAL


def by_month(found: Sequence[Death]) -> Mapping[str, int]:
    """How many died in each month."""
    return Counter(death.died_on[:7] for death in found)


def account(number: int, chance: Random) -> dict[str, str]:
    """Where an heir is paid. Numbers end in 5: some other endings are closed accounts at the
    simulated rail."""
    if number % 2:
        return {"kind": "open-here"}
    return elsewhere(chance.choice(BANKS), f"0357{number:05}5")
