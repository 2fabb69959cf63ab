"""What must come of the rosters, computed from them alone: nothing here asks a service."""

from collections import Counter
from typing import NamedTuple

from tameng.demo.programme import CONTRIBUTION, MONTHS_PROMISED
from tameng.demo.province.deaths import SHARES, WHOLE, by_month, due
from tameng.demo.province.rolls import Rolls

MONTHS = tuple(SHARES)


class Expected(NamedTuple):
    """Figures of the four months. Amounts in rupiah."""

    rows_refused: dict[str, int]
    """By slug."""
    accounts: int
    invoices: int
    """One a kecamatan and month in which somebody of it lived on the first day."""
    months_paid: int
    contributions: int
    committed: int
    """Six months of each member, without those after the month of a death."""
    claims: int
    claims_whole: int
    benefits: int


def expected(rolls: Rolls) -> Expected:
    """What the law and the rosters come to."""
    refused: Counter[str] = Counter()
    for roll in rolls.files:
        refused.update(roll.refused)
    amounts = [due(death) for death in rolls.deaths]
    months_paid = sum(rolls.workers - dead for dead in _dead_before_each(rolls))
    months_promised = rolls.workers * MONTHS_PROMISED - sum(
        MONTHS_PROMISED - 1 - MONTHS.index(death.died_on[:7]) for death in rolls.deaths
    )
    return Expected(
        rows_refused=dict(refused),
        accounts=sum(roll.with_both_papers for roll in rolls.files),
        invoices=_invoices(rolls),
        months_paid=months_paid,
        contributions=months_paid * CONTRIBUTION,
        committed=months_promised * CONTRIBUTION,
        claims=len(amounts),
        claims_whole=amounts.count(WHOLE),
        benefits=sum(amounts),
    )


def _dead_before_each(rolls: Rolls) -> list[int]:
    """How many had died before each month."""
    died = by_month(rolls.deaths)
    return [sum(died.get(earlier, 0) for earlier in MONTHS[:n]) for n in range(len(MONTHS))]


def _invoices(rolls: Rolls) -> int:
    died = Counter((death.worker.village_code[:8], death.died_on[:7]) for death in rolls.deaths)
    return sum(
        heads > sum(died[district, earlier] for earlier in MONTHS[:n])
        for n in range(len(MONTHS))
        for district, heads in rolls.heads.items()
    )
