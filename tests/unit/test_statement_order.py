"""The order of lines of one instant: what left the account stands where it left what is kept."""

from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.banking.rules.statements import Move, as_decided

AT = datetime(2025, 7, 7, 1, tzinfo=UTC)
PAYER = 1_000_000
Amounts = list[int]


def decided(amounts: Amounts, *, opening: int = 0) -> list[Move]:
    """What one batch left in the table: of what came in, what the payer held then."""
    moves, payer, own = [], PAYER, opening
    for amount in amounts:
        own += amount
        payer -= max(0, amount)
        moves.append(Move(AT, amount, payer if amount > 0 else own))
    return moves


def shown(moves: list[Move], opening: int = 0) -> Amounts:
    return [moves[place].amount for place in as_decided(moves, opening)]


@pytest.mark.parametrize(
    "amounts",
    [
        [100, -100],
        [100, -100, 100, -100],
        [60, 50, -110, 30, -30],
        [50, -50, 100, -20],
        [-10, -20, 5, -5],
        list(range(1, 300)),
    ],
)
def test_lines_stand_as_they_were_decided(amounts: Amounts) -> None:
    moves = decided(amounts, opening=30)
    assert shown(moves[::-1], 30) == amounts


def test_what_another_payer_sent_in_time_goes_first() -> None:
    early, out, late = Move(AT, 50, 0), Move(AT, -50, 0), Move(AT, 100, PAYER)
    assert shown([late, out, early]) == [50, -50, 100]


def test_instants_are_kept_apart() -> None:
    later = [move._replace(transferred_at=AT + timedelta(seconds=1)) for move in decided([7, -7])]
    assert shown([*decided([100, -100])[::-1], *later[::-1]]) == [100, -100, 7, -7]


@given(wanted=st.lists(st.integers(-50, 50).filter(bool), max_size=30), order=st.randoms())
def test_no_line_is_below_zero_and_none_is_lost(wanted: Amounts, order: object) -> None:
    amounts, balance = [], 0
    for amount in wanted:
        if balance + amount >= 0:
            amounts.append(amount)
            balance += amount
    moves = decided(amounts)
    order.shuffle(moves)  # type: ignore[attr-defined]
    found = shown(moves)
    assert sorted(found) == sorted(amounts)
    assert min(accumulate(found), default=0) >= 0
