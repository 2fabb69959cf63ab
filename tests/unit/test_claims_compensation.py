"""Late compensation, the end of a claim and the release of held lines, without a database."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.event import Cause
from services.claims.rules.closing import ClosingClaim, Line, Payment, close, release
from services.claims.rules.compensation import compensate, in_proportion, may_be_late

NOW = datetime(2025, 10, 31, 3, tzinfo=UTC)
CAUSE = Cause(UUID(int=1), UUID(int=1))
DECISION, EARLIER, WIDOW, SON = (UUID(int=each) for each in (2, 3, 4, 5))


def line(number: int, benefit: str, amount: int, **changed: Any) -> Line:
    made = Line(UUID(int=number), DECISION, "approval", benefit, amount, WIDOW, is_held=False)
    return made._replace(**changed)


LINES = (line(11, "lump-sum", 20_000_000), line(12, "funeral", 10_000_000, payee_id=SON))


def claim(*lines: Line, held: frozenset[str] = frozenset(), without: int = 0) -> ClosingClaim:
    arrived = [each for each in lines if not each.is_held][without:]
    return ClosingClaim(
        claim_id=UUID(int=6), worker_id=UUID(int=7),
        filed_at=datetime(2025, 10, 22, 1, tzinfo=UTC), decision_id=DECISION, lines=lines,
        payments=tuple(Payment(each.line_id, each.benefit, each.amount, NOW) for each in arrived),
        held_at_first=held,
    )  # fmt: skip


def test_one_per_cent_a_calendar_day_goes_to_the_payees_in_proportion() -> None:
    awarded = compensate(
        claim(*LINES), due_on=date(2025, 10, 27), paid_on=date(2025, 10, 31),
        counts_funeral=True, cause=CAUSE, now=NOW,
    )  # fmt: skip
    assert awarded is not None
    assert (awarded.days_late, awarded.base) == (4, 30_000_000)
    assert {each.payee_id: each.amount for each in awarded.lines} == {
        WIDOW: 800_000, SON: 400_000,
    }  # fmt: skip


def test_without_the_funeral_in_time_or_awarded_before() -> None:
    due = date(2025, 10, 27)
    without = compensate(
        claim(*LINES), due_on=due, paid_on=date(2025, 10, 28), counts_funeral=False,
        cause=CAUSE, now=NOW,
    )  # fmt: skip
    assert without is not None
    assert [(each.payee_id, each.amount) for each in without.lines] == [(WIDOW, 200_000)]
    assert compensate(
        claim(*LINES), due_on=due, paid_on=due, counts_funeral=True, cause=CAUSE, now=NOW
    ) is None  # fmt: skip
    (award,) = without.lines
    assert award.line_id is not None
    known = line(0, "late-compensation", 200_000, line_id=award.line_id, origin="compensation")
    assert compensate(
        claim(*LINES, known), due_on=due, paid_on=date(2025, 11, 28), counts_funeral=True,
        cause=CAUSE, now=NOW,
    ) is None  # fmt: skip


def test_what_was_held_at_first_or_decided_earlier_brings_no_compensation() -> None:
    released = claim(*LINES, held=frozenset({"lump-sum"}))
    awarded = compensate(
        released, due_on=date(2025, 10, 27), paid_on=date(2025, 10, 28), counts_funeral=True,
        cause=CAUSE, now=NOW,
    )  # fmt: skip
    assert awarded is not None
    assert awarded.base == 10_000_000
    older = claim(line(11, "lump-sum", 20_000_000, decision_id=EARLIER))
    assert older.due_at_once == ()


@given(
    st.integers(0, 10**10),
    st.dictionaries(st.uuids(), st.integers(1, 10**9), min_size=1, max_size=12),
)
def test_parts_add_up_and_are_never_a_rupiah_apart_from_the_share(
    amount: int, weights: dict[UUID, int]
) -> None:
    parts = in_proportion(amount, weights)
    assert sum(parts.values()) == amount
    whole = sum(weights.values())
    for each, part in parts.items():
        assert abs(part * whole - amount * weights[each]) < whole


@pytest.mark.parametrize(("day", "late"), [(27, False), (28, True)])
def test_nothing_paid_within_three_working_days_of_the_filing_is_late(day: int, late: bool) -> None:
    assert may_be_late(claim(*LINES), paid_on=date(2025, 10, day)) is late


def test_a_claim_closes_with_its_last_line_and_all_that_ever_went_out() -> None:
    assert close(claim(*LINES, without=1), cause=CAUSE, now=NOW) is None
    earlier = line(10, "periodic", 12_000_000, decision_id=EARLIER)
    paid = close(claim(earlier, *LINES), cause=CAUSE, now=NOW)
    assert paid is not None
    assert paid.amount == 42_000_000
    held = line(13, "periodic", 12_000_000, is_held=True)
    assert close(claim(*LINES, held), cause=CAUSE, now=NOW) is None
    gone = held._replace(decision_id=EARLIER)
    assert close(claim(*LINES, gone), cause=CAUSE, now=NOW) is not None


def test_held_lines_wait_for_every_month_that_is_owed() -> None:
    held = line(13, "periodic", 12_000_000, is_held=True)
    owing = claim(LINES[1], held)
    arrears = ("2025-08", "2025-09")
    assert release(owing, arrears, paid={"2025-08"}, cause=CAUSE, now=NOW) is None
    released = release(owing, arrears, paid={*arrears, "2025-10"}, cause=CAUSE, now=NOW)
    assert released is not None
    assert [each.line_id for each in released.lines] == [held.line_id]
    assert released.paid_months == arrears
