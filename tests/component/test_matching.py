"""The matching rule on a real Postgres against a slow, obvious model of it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.local_time import WITA
from chassis.state.tables import insert_rows
from chassis.state.unit import EVERYWHERE
from services.banking.models import Payout
from services.banking.queries import reconciliation as queries
from services.banking.rules import reconciliation as rules
from services.banking.rules.reconciliation import Difference, Line
from tests.component.reconciliation_office import DAY, Office, office

__all__ = ["office"]

DAYS = [DAY + timedelta(days=number) for number in range(3)]
IDS = [UUID(int=number) for number in range(1, 7)]
STRANGERS = [UUID(int=100), None]
AMOUNTS = st.sampled_from([1, 5, 20])


@dataclass(frozen=True)
class Booked:
    """A payout in our book."""

    amount: int
    state: str
    rail: str
    finished_on: date
    hour: int


Book = dict[UUID, Booked]
Statements = dict[date, list[Line]]
BOOKED = st.builds(
    Booked,
    AMOUNTS,
    st.sampled_from(["settled", "settled", "settled", "submitted", "failed", "ordered"]),
    st.sampled_from(["interbank", "interbank", "interbank", "same-bank"]),
    st.sampled_from(DAYS),
    st.sampled_from([0, 12, 23]),
)
LINES = st.lists(st.tuples(st.sampled_from([*IDS, *STRANGERS]), AMOUNTS), max_size=6)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Book, Statements]:
    """A book, and statements of some of the days."""
    book = draw(st.dictionaries(st.sampled_from(IDS), BOOKED, max_size=6))
    statements = {}
    for day in draw(st.sets(st.sampled_from(DAYS))):
        told = draw(LINES)
        statements[day] = [
            Line(f"{day:%d}-{place}", payout_id, amount)
            for place, (payout_id, amount) in enumerate(told)
        ]
    return book, statements


def expected(book: Book, statements: Statements, day: date) -> tuple[int, set[Difference]]:
    """How many lines agree and what differs, as one would find it with a pencil."""
    ours = {payout_id: each for payout_id, each in book.items() if each.rail == "interbank"}
    ticked: list[UUID | None] = []
    verdicts = []
    for on in sorted(statements):
        for line in statements[on]:
            verdict = pencil(line, ours, first=line.payout_id not in ticked)
            ticked.append(line.payout_id)
            if on == day:
                verdicts.append(verdict)
    found = {each for each in verdicts if each is not None}
    for payout_id, booked in ours.items():
        settled_then = booked.state == "settled" and booked.finished_on == day
        if settled_then and payout_id not in ticked:
            found.add(Difference("missing-there", payout_id.hex, payout_id, booked.amount, None))
    return verdicts.count(None), found


def pencil(line: Line, ours: Book, *, first: bool) -> Difference | None:
    """One line beside our book."""
    booked = ours.get(line.payout_id) if line.payout_id else None
    payout_id = line.payout_id if booked else None
    theirs = line.amount
    if booked is None or not first or booked.state in {"failed", "ordered"}:
        return Difference("missing-here", line.rail_reference, payout_id, None, theirs)
    if booked.amount != theirs:
        differs = "amount-differs", line.rail_reference, payout_id, booked.amount, theirs
        return Difference._make(differs)
    if booked.state == "submitted":
        return Difference("missing-here", line.rail_reference, payout_id, booked.amount, theirs)
    return None


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(case=cases())
async def test_a_day_is_compared_as_with_a_pencil(
    office: Office, case: tuple[Book, Statements]
) -> None:
    book, statements = case
    async with office.bank.units.reading(area=EVERYWHERE) as session:  # never committed
        await insert_rows(session, Payout, [_row(*each) for each in book.items()])
        for day, lines in statements.items():
            statement_id = UUID(int=day.toordinal())
            await queries.put_lines(session, lines, day=day, statement_id=statement_id)
        for day in DAYS:
            found = await _compared(session, day, lines=len(statements.get(day, [])))
            assert found == expected(book, statements, day)


async def _compared(session: AsyncSession, day: date, *, lines: int) -> tuple[int, set[Difference]]:
    sides = await queries.sides(session, day, rows_max=100)
    alone = await queries.settled_alone(session, day, rows_max=100)
    found = rules.differences(sides, alone)
    assert len({each.id_on(day) for each in found}) == len(found)
    return lines - len(sides), set(found)


def _row(payout_id: UUID, booked: Booked) -> dict[str, object]:
    midnight = datetime.combine(booked.finished_on, datetime.min.time(), WITA)
    at = midnight + timedelta(hours=booked.hour)
    return {
        "payout_id": payout_id,
        "claim_id": payout_id,
        "worker_id": payout_id,
        "payee_id": payout_id,
        "benefit": "lump-sum",
        "amount": booked.amount,
        "rail": booked.rail,
        "state": booked.state,
        "ordered_at": at,
        "ordered_event_id": payout_id,
        "correlation_id": payout_id,
        "finished_at": at if booked.state in {"settled", "failed"} else None,
    }
