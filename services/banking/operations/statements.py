"""Statements: what an account held, what moved, what it holds."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.web.access import Caller
from contracts.refusal import Refused
from services.banking.operations.ledger_accounts import LedgerAccount, account_of_anybody
from services.banking.queries import statements as queries
from services.banking.queries.ledger import funds
from services.banking.queries.statements import Sums
from services.banking.rules import statements as rules
from services.banking.rules.statements import LINES_MAX, Move, Place, Span, StatementTooLong

LINES_PAGE_MAX = 1_000
CURSOR = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z_[0-9a-f-]{36}$"
_AT = "%Y-%m-%dT%H:%M:%S.%fZ"


class CursorInvalid(Refused):
    """A cursor continues a statement at a place that there is."""

    slug, status, retryable = "cursor-invalid", 422, False


class BookDisagrees(RuntimeError):
    """An account does not hold what its transfers come to: nothing may be shown of it."""


@dataclass(frozen=True)
class StatementLine:
    """A transfer as the account saw it. Amounts in rupiah."""

    transferred_at: datetime
    transfer_id: UUID
    kind: str
    purpose: str
    """In words."""
    counter_account: str
    """The other account: named when it is the bank's or a programme's, else its masked number."""
    amount_in: int
    amount_out: int
    balance: int
    """What the account held after it."""


@dataclass(frozen=True)
class Statement:
    """An account over whole days of Asia/Makassar. Amounts in rupiah."""

    account_id: UUID
    name: str
    """The masked number, or the name of an account of the bank or a programme."""
    first_day: date
    last_day: date
    opening_balance: int
    total_in: int
    total_out: int
    closing_balance: int
    lines_total: int
    """Lines of the whole statement."""
    lines: list[StatementLine]
    next_cursor: str | None = None
    """Where the next page begins; None on the last."""


async def statement(
    session: AsyncSession, account_id: UUID, first_day: date, last_day: date, *, by: Caller
) -> Statement:
    """The whole of it. The session is one of its own: nothing was asked in it before.

    Raises: AccountUnknown, OutsideArea, PeriodInvalid, StatementTooLong.
    """
    span = rules.span_of(first_day, last_day)
    await _one_snapshot(session)
    account = await account_of_anybody(session, account_id, by=by)
    sums = await _sums(session, account_id, span, since=span.begins_at)
    if sums.lines > LINES_MAX:
        raise StatementTooLong(
            f"There are {sums.lines:,} lines, a file takes {LINES_MAX:,}: ask for fewer days."
        )
    lines = await _lines(session, account_id, span, since=span.begins_at, sums=sums)
    return _statement(account, (first_day, last_day), sums, lines)


async def page(
    session: AsyncSession,
    account_id: UUID,
    days: tuple[date, date],
    *,
    cursor: str | None,
    limit: int,
    by: Caller,
) -> Statement:
    """The next lines of it. Raises: AccountUnknown, OutsideArea, PeriodInvalid, CursorInvalid."""
    span = rules.span_of(*days)
    after = None if cursor is None else _place_in(cursor, span)
    since = span.begins_at if after is None else after.transferred_at
    await _one_snapshot(session)
    account = await account_of_anybody(session, account_id, by=by)
    sums = await _sums(session, account_id, span, since=since)
    enough = sums.lines_then + limit + 1
    lines = await _lines(session, account_id, span, since=since, sums=sums, limit=enough)
    lines = lines if after is None else _behind(lines, after)
    more = len(lines) > limit
    lines = lines[:limit]
    return _statement(account, days, sums, lines, next_cursor=_cursor(lines[-1]) if more else None)


async def _one_snapshot(session: AsyncSession) -> None:
    """Let all that is read from now on be of one instant. The first thing in a session."""
    await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


async def _sums(session: AsyncSession, account_id: UUID, span: Span, *, since: datetime) -> Sums:
    """Raises: BookDisagrees."""
    sums = await queries.sums(session, account_id, span, since=since)
    if sums.moved != sums.book:
        raise BookDisagrees(f"account {account_id} holds {sums.book}, {sums.moved} moved")
    return sums


async def _lines(
    session: AsyncSession,
    account_id: UUID,
    span: Span,
    *,
    since: datetime,
    sums: Sums,
    limit: int = LINES_MAX,
) -> list[StatementLine]:
    names = {each.account_id: each.name for each in (await funds(session)).values()}
    balance, lines = sums.carried, []
    found = await queries.lines(session, account_id, span, since=since, limit=limit)
    moves = [Move(row["transferred_at"], row["amount"], row["debit_balance"]) for row in found]
    for place in rules.as_decided(moves, balance):
        row = found[place]
        balance += row["amount"]
        lines.append(
            StatementLine(
                transferred_at=row["transferred_at"],
                transfer_id=row["transfer_id"],
                kind=row["kind"],
                purpose=rules.words(row["kind"], row["purpose"]),
                counter_account=rules.counter_account(
                    row["counter"],
                    fund=names.get(row["counter"]),
                    number_masked=row["number_masked"],
                ),
                amount_in=max(0, row["amount"]),
                amount_out=max(0, -row["amount"]),
                balance=balance,
            )
        )
    return lines


def _statement(
    account: LedgerAccount,
    days: tuple[date, date],
    sums: Sums,
    lines: list[StatementLine],
    *,
    next_cursor: str | None = None,
) -> Statement:
    return Statement(
        account_id=account.account_id,
        name=account.name,
        first_day=days[0],
        last_day=days[1],
        opening_balance=sums.opening,
        total_in=sums.total_in,
        total_out=sums.total_out,
        closing_balance=sums.closing,
        lines_total=sums.lines,
        lines=lines,
        next_cursor=next_cursor,
    )


def _behind(lines: list[StatementLine], place: Place) -> list[StatementLine]:
    """Those that come after a line. Raises: CursorInvalid."""
    ids = [line.transfer_id for line in lines]
    if place.transfer_id not in ids:
        raise CursorInvalid("No line of this statement is there: begin without a cursor.")
    return lines[ids.index(place.transfer_id) + 1 :]


def _cursor(line: StatementLine) -> str:
    return f"{line.transferred_at.astimezone(UTC).strftime(_AT)}_{line.transfer_id}"


def _place_in(cursor: str, span: Span) -> Place:
    """Raises: CursorInvalid."""
    at, _, transfer_id = cursor.partition("_")
    try:
        place = Place(datetime.strptime(at, _AT).replace(tzinfo=UTC), UUID(transfer_id))
    except ValueError as error:
        raise CursorInvalid("This is no cursor of a statement: begin without one.") from error
    if not span.begins_at <= place.transferred_at < span.ends_at:
        raise CursorInvalid("This cursor is of other days: begin without one.")
    return place
