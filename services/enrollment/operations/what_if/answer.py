"""What a what-if found, for machines and people."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from pydantic import BaseModel

from contracts.types import ProgrammeId
from services.enrollment.adapters.regions import names
from services.enrollment.operations.what_if.replaying import WhatIf
from services.enrollment.queries.money import Money, MonthMoney, ProgrammeMoney
from services.enrollment.rules.what_if.books import Books
from services.enrollment.rules.what_if.deciding import Otherwise
from services.enrollment.rules.what_if.prices import Price, Prices

NOTHING = MonthMoney(0, 0, 0, 0)
NOT_OPEN = ProgrammeMoney("", "", 1, 0, 0, 0)


class Sums(BaseModel):
    """Months, and rupiah."""

    months: int = 0
    billed: int = 0
    months_paid: int = 0
    paid: int = 0


class Budget(BaseModel):
    """What a programme promised and still has. Rupiah."""

    month: int
    """What its last month costs."""
    members: int
    """Places taken, those of rows that a lower price takes in among them."""
    reserved: int
    left: int
    """Of the ceiling; below zero where it was set to less than what is promised here."""
    months_left: int
    """As many members' months the rest still carries."""


class Programme(BaseModel):
    """A programme on both sides."""

    programme_id: UUID
    name: str
    ceiling: int
    before: Budget
    after: Budget


class Place(BaseModel):
    """A month of a kabupaten or kota on both sides."""

    region_code: str
    region: str
    month: str
    before: Sums
    after: Sums
    difference: int
    """Rupiah billed more, or less."""


class Taken(BaseModel):
    """Memberships that came out otherwise: not taken in, promised fewer months, or taken in."""

    programme_id: UUID
    programme: str
    region_code: str
    region: str
    roster_id: UUID | None
    what: str
    """The refusal that would have met them; `not-a-member`, `fewer-months`, `more-months`,
    `taken-in`."""
    memberships: int
    months: int


class Answer(BaseModel):
    """The whole answer. Amounts in rupiah."""

    holds: bool
    """Whether the record's own prices come to all of it: the self-check."""
    amount: int | None
    """Of a month, in the what-if."""
    from_month: str | None
    events: int
    """That were decided again."""
    set_back: int
    """Of them, those before which the clock was set back: around them the order is not certain,
    and so is not what differs."""
    differing: int
    """Events that the record's own prices do not come to."""
    otherwise: list[Otherwise]
    """The first of them."""
    before: Sums
    after: Sums
    difference: int
    """Rupiah billed more, or less."""
    programmes: list[Programme]
    places: list[Place]
    memberships: list[Taken]


def answer(found: WhatIf, price: Price | None) -> Answer:
    """The difference that the price makes; where the record does not come out again, the
    difference between it and what its own prices come to."""
    before = found.again.money if found.holds else found.recorded
    after = found.other.money
    sides = _sums(before.months.values()), _sums(after.months.values())
    return Answer(
        holds=found.holds,
        amount=None if price is None else price.amount,
        from_month=None if price is None else price.from_month or None,
        events=found.events,
        set_back=found.set_back,
        differing=found.again.differing,
        otherwise=found.again.first,
        before=sides[0],
        after=sides[1],
        difference=sides[1].billed - sides[0].billed,
        programmes=list(_programmes(before, after, found.other.books)),
        places=list(_places(before, after)),
        memberships=list(_memberships(before, found.other.books)),
    )


def _sums(months: Iterable[MonthMoney]) -> Sums:
    return Sums(**MonthMoney(*map(sum, zip(NOTHING, *months, strict=True)))._asdict())


def _programmes(before: Money, after: Money, books: Books) -> Iterator[Programme]:
    for programme_id, held in before.programmes.items():
        made = after.programmes.get(programme_id, NOT_OPEN)
        taken_in = ProgrammeId(programme_id)
        made = made._replace(
            members=made.members + books.heads_taken_in[taken_in],
            reserved=made.reserved + books.money_taken_in[taken_in],
        )
        yield Programme(
            programme_id=programme_id,
            name=held.name,
            ceiling=held.ceiling,
            before=_budget(held, None),
            after=_budget(made, books.other),
        )


def _budget(held: ProgrammeMoney, price: Price | None) -> Budget:
    month, left = Prices(held.month, price).of(held.last_month), held.ceiling - held.reserved
    return Budget(
        month=month,
        members=held.members,
        reserved=held.reserved,
        left=left,
        months_left=max(0, left) // month,
    )


def _places(before: Money, after: Money) -> Iterator[Place]:
    named = names()
    for region_code, month in sorted({key[1:] for key in {*before.months, *after.months}}):
        sides = [
            _sums(found for key, found in side.months.items() if key[1:] == (region_code, month))
            for side in (before, after)
        ]
        yield Place(
            region_code=region_code,
            region=named.get(region_code, region_code),
            month=month,
            before=sides[0],
            after=sides[1],
            difference=sides[1].billed - sides[0].billed,
        )


def _memberships(before: Money, books: Books) -> Iterator[Taken]:
    if books.other is None:
        return
    named = names()
    for each, memberships in sorted(books.memberships.items(), key=lambda found: str(found[0])):
        yield Taken(
            **each._asdict(),
            programme=before.programmes[each.programme_id].name,
            region=named.get(each.region_code, each.region_code),
            memberships=memberships,
            months=books.months[each],
        )
