"""The way of the money, drawn: what moved from stage to stage, and how much in all."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

MOVES_SHOWN = 8
"""Of a stage; the table below has all of them."""
_STAGES = {
    1: ("Deposits", "the province to the programme's fund"),
    2: ("Invoices", "the fund to the insurer"),
    3: ("For the member", "months of it"),
    4: ("Decided", "lines of the claim"),
    5: ("Set aside", "the insurer for payouts"),
    6: ("Arrived", "at the payee's account"),
}
_CAME_BACK = "came back"


class Move(NamedTuple):
    """One row of the question `money-trail`."""

    step: int
    moved_at: datetime
    what: str
    amount: int
    from_account: UUID | None
    to_account: UUID | None
    reference: str | None
    event_id: UUID | None


class Stage(NamedTuple):
    """What happened at one place of the way."""

    title: str
    words: str
    total: int
    """Rupiah; what came back does not count."""
    shown: tuple[Move, ...]
    left_out: int


def stages(moves: Iterable[Move]) -> list[Stage]:
    """The stages that the money went through, in order."""
    by_step: dict[int, list[Move]] = {}
    for move in moves:
        by_step.setdefault(move.step, []).append(move)
    return [_stage(step, by_step[step]) for step in sorted(by_step)]


def _stage(step: int, moves: Sequence[Move]) -> Stage:
    title, words = _STAGES[step]
    total = sum(each.amount for each in moves if not each.what.startswith(_CAME_BACK))
    return Stage(title, words, total, tuple(moves[:MOVES_SHOWN]), max(0, len(moves) - MOVES_SHOWN))
