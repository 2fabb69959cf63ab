"""How claims came out by a rule set, and in what two rule sets differ."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel


class AwardedLine(NamedTuple):
    """A line that was awarded. Amount in rupiah."""

    benefit: str
    amount: int
    payee_id: UUID
    origin: str
    """`approval`, `compensation` or `scholarship`."""
    is_held: bool


class Standing(NamedTuple):
    """A claim as its events leave it."""

    claim_id: UUID
    number: str | None
    kind: str
    state: str
    ground: str | None
    outcome: str | None
    """Of the last approval, in a sentence."""
    lines: tuple[AwardedLine, ...]
    """Of all decisions about it, sorted."""

    @property
    def decision(self) -> str:
        """`approved`, paid or not; `rejected`; else `undecided`."""
        if self.state in {"approved", "paid"}:
            return "approved"
        return "rejected" if self.state == "rejected" else "undecided"

    @property
    def amount(self) -> int:
        """Rupiah awarded, what is held too."""
        return sum(line.amount for line in self.lines)

    @property
    def by_benefit(self) -> dict[str, int]:
        """Rupiah of each benefit."""
        return summed((line.benefit, line.amount) for line in self.lines)


Standings = Mapping[UUID, Standing]


class Money(BaseModel):
    """What all claims come to. Rupiah."""

    approved: int
    """Claims."""
    rejected: int
    awarded: int
    held: int
    by_benefit: dict[str, int]
    by_kind: dict[str, int]


def differing(before: Standings, after: Standings, *, in_words: bool) -> set[UUID]:
    """The claims that came out otherwise: another state, ground, line or payee, or, `in_words`, the
    same for a reason told in other words."""
    return {
        claim_id
        for claim_id in before.keys() | after.keys()
        if _plain(before, claim_id, in_words) != _plain(after, claim_id, in_words)
    }


def money(standings: Standings) -> Money:
    """Decisions and rupiah of all claims."""
    found = list(standings.values())
    decisions = [standing.decision for standing in found]
    lines = [line for standing in found for line in standing.lines]
    return Money(
        approved=decisions.count("approved"),
        rejected=decisions.count("rejected"),
        awarded=sum(line.amount for line in lines),
        held=sum(line.amount for line in lines if line.is_held),
        by_benefit=summed((line.benefit, line.amount) for line in lines),
        by_kind=summed((standing.kind, standing.amount) for standing in found),
    )


def summed(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Amounts of one name together, by name."""
    found: dict[str, int] = {}
    for name, amount in amounts:
        found[name] = found.get(name, 0) + amount
    return dict(sorted(found.items()))


def _plain(standings: Standings, claim_id: UUID, in_words: bool) -> Standing | None:  # noqa: FBT001
    found = standings.get(claim_id)
    return found if in_words or found is None else found._replace(outcome=None)
