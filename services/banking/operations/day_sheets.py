"""The report of a day as one table, for a spreadsheet."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from services.banking.operations.day_reports import DayReport
from services.banking.operations.differences import DifferenceStanding

Cell = str | int | datetime | UUID | None
Row = tuple[Cell, ...]
COLUMNS = (
    "part", "what", "reference", "our_amount", "their_amount", "state", "by", "at", "words"
)  # fmt: skip


def rows(report: DayReport) -> Iterator[Row]:
    """One row for each thing that the report tells."""
    yield from _summary(report)
    yield from _books(report)
    for each in report.differences:
        yield from _difference(each)
    for unknown in report.unknowns:
        words = unknown.stopped_reason or "the rail is asked again"
        yield _row(
            "unknown", "payout", unknown.payout_id, ours=unknown.amount, at=unknown.submitted_at,
            words=words,
        )  # fmt: skip
    for held in report.in_suspense:
        yield _row("suspense", f"of {held.day}", held.rail_reference, theirs=held.amount)
    for act in report.acts:
        yield _row("record", "act", None, by=act.by, at=act.at, words=act.did)


def _summary(report: DayReport) -> Iterator[Row]:
    yield _row("day", str(report.day), None, state=report.state, at=report.as_of)
    for words in report.missing:
        yield _row("day", "missing", None, words=words)
    for each in report.statements:
        yield _row(
            "statement", f"lines: {each.lines}", each.statement_id, theirs=each.amount,
            by=each.received_by, at=each.received_at, words=f"{each.format} {each.sha256}",
        )  # fmt: skip
    yield _row("settled", f"payouts: {report.settled.payouts}", None, ours=report.settled.amount)
    yield _row("matched", f"transfers: {report.matched}", None)
    yield _row("unknown", f"payouts: {report.unknown.payouts}", None, ours=report.unknown.amount)
    yield _row("suspense", "in all", None, theirs=report.suspense)


def _books(report: DayReport) -> Iterator[Row]:
    books = report.books
    state = "balanced" if books.balanced else "NOT balanced"
    yield _row("books", "debits", None, ours=books.debits, state=state)
    yield _row("books", "credits", None, ours=books.credits, state=state)
    for account in report.accounts:
        yield _row("account", account.name, account.account_id, ours=account.balance)


def _difference(each: DifferenceStanding) -> Iterator[Row]:
    yield _row(
        "difference", each.kind, each.rail_reference, ours=each.our_amount,
        theirs=each.their_amount, state=each.state, by=each.accepted_by or each.explained_by,
        at=each.accepted_at or each.explained_at or each.found_at,
        words=f"{each.explanation} ({each.evidence})" if each.explanation else each.next,
    )  # fmt: skip


def _row(  # noqa: PLR0913  (the columns of the sheet)
    part: str, what: str, reference: UUID | str | None, *, ours: int | None = None,
    theirs: int | None = None, state: str | None = None, by: str | None = None,
    at: datetime | None = None, words: str | None = None,
) -> Row:  # fmt: skip
    return part, what, reference, ours, theirs, state, by, at, words
