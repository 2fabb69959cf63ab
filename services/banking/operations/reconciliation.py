"""Take in the rail's statements and lay them beside our book."""

import logging
from collections import Counter
from datetime import date
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID

from pydantic import BaseModel

from chassis.ids import new_id
from chassis.local_time import local_day
from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.banking import DifferenceKind, RailStatementReceived
from contracts.event import Cause, derived_id
from services.banking.adapters.rail_statements import Statement
from services.banking.models import RailStatement
from services.banking.queries import days as day_queries
from services.banking.queries import reconciliation as queries
from services.banking.rules import reconciliation as rules
from services.banking.rules.days import check_not_in_future
from services.banking.rules.reconciliation import (
    DIFFERENCES_MAX,
    Acting,
    DayAlreadyClosed,
    Difference,
    Format,
    StatementNotOurs,
)

ROWS_MAX = DIFFERENCES_MAX + 1
"""Enough to see that there are too many."""
JOB = "reconciliation"
"""Who finds or resolves what a payout changed after the statement came."""
log = logging.getLogger(__name__)


class StatementStanding(BaseModel):
    """A statement of the rail beside our book, as it stands now. Amounts in rupiah."""

    day: date
    statement_id: UUID
    number: int
    """Which statement of the day it is; the last one counts."""
    format: Format
    sha256: str
    lines: int
    amount: int
    matched: int
    """Transfers that agree with our book."""
    differences: dict[DifferenceKind, int]
    pending: int
    """Differences that are not accepted yet: `GET /differences`."""
    closed: bool


class Comparison(NamedTuple):
    """A day's statement beside our book."""

    matched: int
    differences: list[Difference]


async def receive(
    unit: Unit, statement: Statement, day: date, *, by: Caller, cause: Cause
) -> StatementStanding:
    """Take a statement of a day in. The same file again changes nothing but what our book has
    learned since; another file takes the place of the one before.

    Raises: DayInTheFuture, DayAlreadyClosed, StatementNotOurs.
    """
    check_not_in_future(day, now=unit.now)
    held = await queries.statement_of(unit.session, day)
    is_same = held is not None and held.sha256 == statement.sha256
    if await day_queries.closed(unit.session, day) is not None:
        if not is_same:
            raise DayAlreadyClosed(f"{day} is closed: another statement of it changes nothing")
        await queries.put_lines(unit.session, statement.lines, day=day, statement_id=_id_of(held))
        return await standing(unit, day)
    acting = Acting(by.name, cause, unit.now)
    received = None
    if not is_same:
        received = _received(statement, day, number=held.number + 1 if held else 1, acting=acting)
    statement_id = received.statement_id if received else _id_of(held)
    await queries.put_lines(unit.session, statement.lines, day=day, statement_id=statement_id)
    found = await compare(unit, day, lines=len(statement.lines))
    if received is not None:
        await unit.record([received.model_copy(update={"matched": found.matched})])
    await record(unit, day, found, statement_id=statement_id, acting=acting)
    await _compare_others(unit, day, acting=acting)
    return await standing(unit, day)


async def compare(unit: Unit, day: date, *, lines: int) -> Comparison:
    """Lay the lines of the day beside our book. Raises: StatementNotOurs."""
    sides = await queries.sides(unit.session, day, rows_max=ROWS_MAX)
    alone = await queries.settled_alone(unit.session, day, rows_max=ROWS_MAX)
    return Comparison(lines - len(sides), rules.differences(sides, alone))


async def record(
    unit: Unit, day: date, found: Comparison, *, statement_id: UUID, acting: Acting
) -> bool:
    """Put on record what is new and what is a difference no longer; tell whether there was any."""
    known = await queries.known(unit.session, day)
    changes = list(
        rules.changes(found.differences, known, day=day, statement_id=statement_id, acting=acting)
    )
    await unit.record(changes)
    return bool(changes)


async def compare_again(unit: Unit, day: date, *, acting: Acting) -> bool:
    """Compare the day's statement, when it is here with its lines, with our book as it stands now;
    tell whether anything is otherwise.

    Raises: StatementNotOurs.
    """
    held = await queries.statement_of(unit.session, day)
    if held is None or not await queries.has_lines(unit.session, held):
        return False
    found = await compare(unit, day, lines=held.lines)
    return await record(unit, day, found, statement_id=held.statement_id, acting=acting)


async def compare_stale(unit: Unit) -> bool:
    """Compare one day again of which a payout has settled or failed since; tell whether anything
    is otherwise."""
    day = await queries.stale_day(unit.session, today=local_day(unit.now))
    if day is None:
        return False
    command_id = new_id()
    acting = Acting(JOB, Cause(command_id, command_id), unit.now)
    try:
        return await compare_again(unit, day, acting=acting)
    except StatementNotOurs as refused:
        log.warning("the statement of %s is to be sent again: %s", day, refused)
        return False


async def standing(unit: Unit, day: date) -> StatementStanding:
    """The day's statement as it stands now; the caller knows that there is one."""
    held = await queries.statement_of(unit.session, day)
    assert held is not None  # noqa: S101
    known = [each for each in await queries.known(unit.session, day) if each.state != "resolved"]
    closed = await day_queries.closed(unit.session, day)
    kinds = Counter(each.difference.kind for each in known)
    return StatementStanding(
        day=day,
        statement_id=held.statement_id,
        number=held.number,
        format="csv" if held.format == "csv" else "mt940",
        sha256=held.sha256,
        lines=held.lines,
        amount=held.amount,
        matched=held.lines - kinds["missing-here"] - kinds["amount-differs"],
        differences=dict(sorted(kinds.items())),
        pending=sum(each.pending for each in known),
        closed=closed is not None,
    )


def _received(
    statement: Statement, day: date, *, number: int, acting: Acting
) -> RailStatementReceived:
    name = f"tameng:rail-statement:{day} {number} {statement.sha256}"
    return RailStatementReceived(
        **acting.cause.stamp("receive", at=acting.now),
        day=day,
        statement_id=derived_id(NAMESPACE_URL, name),
        number=number,
        format=statement.format,
        sha256=statement.sha256,
        lines=len(statement.lines),
        amount=statement.amount,
        matched=0,
        received_by=acting.officer,
    )


def _id_of(held: RailStatement | None) -> UUID:
    assert held is not None  # noqa: S101  (the file is the same as one that is held)
    return held.statement_id


async def _compare_others(unit: Unit, day: date, *, acting: Acting) -> None:
    """A payout that was missing on another open day may be in this statement, or in it too."""
    for other in await queries.open_days(unit.session):
        if other != day:
            await compare_again(unit, other, acting=acting)
