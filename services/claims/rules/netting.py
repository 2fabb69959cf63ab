"""What an earlier decision about the same death paid is taken off: nothing is paid twice."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from contracts.claims import Benefit
from services.claims.rules.facts import Step

_COUNTERPART: Mapping[Benefit, Benefit] = {
    "lump-sum": "accident-death",
    "accident-death": "lump-sum",
}
"""What stands in the place of the other when a death turns out to be by work, or not."""
NEVER_NETTED: frozenset[Benefit] = frozenset({"late-compensation"})
"""Paid for the office's delay, whatever the claim is: it is none of the benefit."""
CHILDRENS: Benefit = "scholarship"
"""The children's money is not the heirs': neither is taken off the other."""


class Netted(NamedTuple):
    """The lines after netting, and what was paid beyond all of them."""

    steps: tuple[Step, ...]
    overpaid: int


def net(steps: Iterable[Step], paid_before: Mapping[Benefit, int]) -> Netted:
    """First each line against what was paid for it, then the compensation of the one cover against
    that of the other, then what is left against any line of the heirs (domain 2.6)."""
    found = list(steps)
    if not paid_before:
        return Netted(tuple(found), 0)
    left = {
        benefit: paid
        for benefit, paid in paid_before.items()
        if paid > 0 and benefit not in NEVER_NETTED
    }
    taken = [_take(left, step.benefit, step.amount) for step in found]
    for at, step in enumerate(found):
        counterpart = _COUNTERPART.get(step.benefit)
        if counterpart is not None:
            taken[at] += _take(left, counterpart, step.amount - taken[at])
    shared = [benefit for benefit in left if benefit != CHILDRENS]
    for at, step in enumerate(found):
        for benefit in shared if step.benefit != CHILDRENS else ():
            taken[at] += _take(left, benefit, step.amount - taken[at])
    return Netted(
        tuple(_less(step, paid) for step, paid in zip(found, taken, strict=True)),
        sum(left.values()),
    )


def _take(left: dict[Benefit, int], benefit: Benefit, most: int) -> int:
    taken = min(left.get(benefit, 0), most)
    if taken > 0:
        left[benefit] -= taken
    return taken


def _less(step: Step, paid: int) -> Step:
    if paid == 0:
        return step
    rest = step.amount - paid
    clause = f"{step.amount:,} - {paid:,} paid = {rest:,}"
    before = f"{step.arithmetic}; " if "=" in step.arithmetic else ""
    return step._replace(amount=rest, arithmetic=f"{before}{clause}")
