"""What stands in the books while the events of a record are decided again."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from contracts.event import Event
from contracts.types import InvoiceId, ProgrammeId, RosterId
from services.enrollment.rules.months import months_between
from services.enrollment.rules.programmes import Capacity
from services.enrollment.rules.reactivation import Purse
from services.enrollment.rules.what_if.prices import Price, Prices

Key = tuple[UUID, UUID]
"""A membership: worker and programme."""


@dataclass(kw_only=True)
class Fund(Capacity):
    """A programme's places and money, each month at its price."""

    prices: Prices
    ceiling: int
    quotas: dict[str, int]

    def cost(self, first_month: str, months: int) -> int:
        """Rupiah of so many months of one member, from that one on."""
        return self.prices.cost(first_month, months)


@dataclass
class FundPurse(Purse):
    """What a fund has for months to come, each at its price."""

    prices: Prices

    def cost(self, first_month: str, months: int) -> int:
        """Rupiah of so many months of one member, from that one on."""
        return self.prices.cost(first_month, months)

    def take(self, first_month: str) -> int:
        """Put aside as many whole months from this one to the last as the money carries."""
        wanted = months_between(first_month, self.last_month)
        months = self.prices.carried(first_month, wanted, money=self.money)
        self.money -= self.cost(first_month, months)
        return months


@dataclass
class Place:
    """A membership: the months promised, what is reserved for it and what was billed of that."""

    fund: Fund
    region_code: str
    first_month: str
    last_month: str
    reserved: int
    billed: dict[str, int] = field(default_factory=dict)
    """Rupiah by month; nothing for one that the member paid."""
    has_ended: bool = False
    end_released: int = 0
    """What its end gave back."""
    recorded_released: int = 0
    """The same by the record."""

    @property
    def unbilled(self) -> int:
        """Rupiah that are free again when it ends or lapses."""
        return self.reserved - sum(self.billed.values())

    def release(self) -> int:
        """Give back what was not billed; how much that is, in rupiah."""
        released = self.unbilled
        self.reserved -= released
        self.fund.money += released
        return released

    def bill(self, month: str, amount: int) -> None:
        """A month on an invoice; one that was owed at the end is put aside again."""
        self.billed[month] = amount
        if self.has_ended:
            self.reserved += amount
            self.fund.money -= amount
            self.end_released = max(0, self.end_released - amount)
            self.recorded_released = max(0, self.recorded_released - self.fund.prices.recorded)


class Consequence(NamedTuple):
    """What became of places otherwise than the record has it."""

    programme_id: ProgrammeId
    region_code: str
    roster_id: RosterId | None
    """None for members who were carried over from another programme, or go on."""
    what: str
    """Why somebody was not taken in, by the slug of the refusal; `not-a-member`: nobody was there
    to carry over; `fewer-months` or `more-months`; `taken-in`: a row that was refused."""


@dataclass
class Books:
    """All programmes and memberships as some prices have them."""

    other: Price | None
    would_fit: Counter[RosterId] = field(default_factory=Counter)
    """Rows refused for want of money or place that the record's own prices would carry when the
    roster was done: somebody left meanwhile. No price is the reason why they stayed out."""
    funds: dict[UUID, Fund] = field(default_factory=dict)
    places: dict[Key, Place] = field(default_factory=dict)
    rosters: dict[RosterId, str] = field(default_factory=dict)
    """The region that sent each."""
    billed: dict[InvoiceId, list[int]] = field(default_factory=dict)
    """Heads and rupiah on each invoice."""
    paid: dict[InvoiceId, list[int]] = field(default_factory=dict)
    heads_taken_in: Counter[ProgrammeId] = field(default_factory=Counter)
    """Rows that the record refused and these prices carry; no event tells of them."""
    money_taken_in: Counter[ProgrammeId] = field(default_factory=Counter)
    """Rupiah reserved for them."""
    memberships: Counter[Consequence] = field(default_factory=Counter)
    months: Counter[Consequence] = field(default_factory=Counter)
    """Months that were promised in the record and are not here, or the other way round."""

    def place(self, event: Event) -> Place | None:
        """The membership that an event is about; None where nobody was taken in."""
        return self.places.get((event.worker_id, event.programme_id))  # type: ignore[attr-defined]

    def note(self, consequence: Consequence, *, months: int) -> None:
        """Count a membership that came out otherwise, and its months."""
        self.memberships[consequence] += 1
        self.months[consequence] += months
