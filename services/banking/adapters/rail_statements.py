"""Read the rail's end-of-day statement, CSV or MT940: whole and right, or refused with the line.

The file is docs/banking/rail-statement.md. Nothing of whom the money reached is kept.
"""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from mt940.models import Amount, Balance, Date, Transaction, Transactions
from mt940.options import Options

from contracts.refusal import Refused
from services.banking.rules.reconciliation import Format, Line

FILE_BYTES_MAX = 16 * 1024 * 1024
LINES_MAX = 100_000
AMOUNT_DIGITS_MAX = 15
REFERENCE_CHARACTERS_MAX = 64
CURRENCY = "IDR"
COLUMNS = (
    "booked_at", "rail_reference", "partner_reference", "amount", "currency",
    "beneficiary_bank", "beneficiary_account_masked",
)  # fmt: skip
_AMOUNT = re.compile(rf"(\d{{1,{AMOUNT_DIGITS_MAX}}})\.(\d\d)")
_REFERENCE = re.compile(rf"[\x20-\x7e]{{1,{REFERENCE_CHARACTERS_MAX}}}")
_OURS = re.compile(r"[0-9a-f]{32}")
_OURS_IN_DETAILS = re.compile(r"/REF/([0-9a-f]{32})(?:/|\s|$)")
_STATEMENT = re.compile(r"^:20:", re.MULTILINE)
_ENTRY = re.compile(r"^:61:", re.MULTILINE)
_DETAILS = re.compile(r"^:86:", re.MULTILINE)
_WHOLE_ENTRY = re.compile(r":61:\d{6}(?:\d{4})?R?[CD][A-Z]?[\d,]{1,15}[A-Z][A-Z0-9]{3}")
"""The library passes over an entry whose type it cannot find."""


class StatementUnreadable(Refused):
    """The file is no statement as the rail makes them."""

    slug, status, retryable = "statement-unreadable", 422, False


class StatementTooLong(Refused):
    """More transfers than a day's statement may hold."""

    slug, status, retryable = "statement-too-long", 422, False


class StatementOfAnotherDay(Refused):
    """A line was booked on another day than the one named."""

    slug, status, retryable = "statement-of-another-day", 422, False


class CurrencyNotRupiah(Refused):
    """Only rupiah are moved here."""

    slug, status, retryable = "currency-not-rupiah", 422, False


class AmountNotWhole(Refused):
    """An amount is not a whole number of rupiah above zero that left."""

    slug, status, retryable = "amount-not-whole", 422, False


class ReferenceTwice(Refused):
    """The rail's reference, which names one transfer, stands in the file twice."""

    slug, status, retryable = "reference-twice", 422, False


class TotalsDiffer(Refused):
    """The balances of the statement are not the sum of its lines."""

    slug, status, retryable = "totals-differ", 422, False


class Statement(NamedTuple):
    """A statement that was read whole."""

    format: Format
    sha256: str
    lines: list[Line]

    @property
    def amount(self) -> int:
        """Rupiah in all."""
        return sum(line.amount for line in self.lines)


def read(content: bytes, *, day: date, format_: Format) -> Statement:
    """The rail's statement of a day. It takes seconds when it is long: call it in a thread.

    Raises: StatementUnreadable, StatementTooLong, StatementOfAnotherDay, CurrencyNotRupiah,
    AmountNotWhole, ReferenceTwice, TotalsDiffer.
    """
    text = _text(content)
    lines: list[Line] = []
    at_line: dict[str, int] = {}
    for number, line in _csv_lines(text, day) if format_ == "csv" else _mt940_lines(text, day):
        if len(lines) == LINES_MAX:
            raise StatementTooLong(f"line {number}: more than {LINES_MAX:,} transfers in one day")
        first = at_line.setdefault(line.rail_reference, number)
        if first != number:
            raise ReferenceTwice(
                f"line {number}: {line.rail_reference} stands in line {first} too: ask the rail "
                "for a statement that has each transfer once"
            )
        lines.append(line)
    return Statement(format_, sha256(content).hexdigest(), lines)


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise StatementUnreadable(f"line {line}: this is no text in UTF-8") from None


def _csv_lines(text: str, day: date) -> Iterator[tuple[int, Line]]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        if tuple(next(rows, [])) != COLUMNS:
            raise StatementUnreadable(f"line 1: the columns have to be {','.join(COLUMNS)}")
        for row in rows:
            if row:
                yield rows.line_num, _csv_line(row, number=rows.line_num, day=day)
    except csv.Error as error:
        raise StatementUnreadable(f"line {rows.line_num}: {error}") from None


def _csv_line(row: list[str], *, number: int, day: date) -> Line:
    if len(row) != len(COLUMNS):
        raise StatementUnreadable(f"line {number}: {len(row)} fields, not {len(COLUMNS)}")
    booked_at, rail_reference, partner_reference, amount, currency, _, _ = row
    _check_day(_booked_on(booked_at, number), number=number, day=day)
    _check_currency(currency, number)
    return Line(
        rail_reference=_reference(rail_reference, number),
        payout_id=UUID(partner_reference) if _OURS.fullmatch(partner_reference) else None,
        amount=_rupiah(amount, number),
    )


def _booked_on(text: str, number: int) -> date:
    """The day by the rail's own clock: the offset is in the text."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise StatementUnreadable(
            f"line {number}: booked_at {text[:40]!r} is no instant with an offset, such as "
            "2025-10-22T09:14:03+07:00"
        )
    return at.date()


def _mt940_lines(text: str, day: date) -> Iterator[tuple[int, Line]]:
    numbers = _line_numbers(text)
    parsed = _parsed(text)
    if len(parsed) != len(numbers):
        raise StatementUnreadable(
            f"{len(numbers)} lines begin with :61: and {len(parsed)} of them can be read"
        )
    total = 0
    for number, entry in zip(numbers, parsed, strict=True):
        line = _entry(entry, number=number, day=day)
        total += line.amount
        yield number, line
    _check_balances(parsed, day=day, total=total)


def _line_numbers(text: str) -> list[int]:
    """Of the lines that begin an entry. Raises: StatementUnreadable, StatementTooLong."""
    if len(_STATEMENT.findall(text)) != 1:
        raise StatementUnreadable("the file has to hold one statement, which begins with :20:")
    starts = [found.start() for found in _ENTRY.finditer(text)]
    if len(starts) > LINES_MAX:
        raise StatementTooLong(f"more than {LINES_MAX:,} transfers in one day")
    if len(starts) != len(_DETAILS.findall(text)):
        raise StatementUnreadable("each :61: has to have one :86:")
    number, numbers = 1, []
    for before, start in pairwise([0, *starts]):
        number += text.count("\n", before, start)
        if not _WHOLE_ENTRY.match(text, start):
            raise StatementUnreadable(f"line {number}: :61: without a day, an amount and a type")
        numbers.append(number)
    return numbers


def _parsed(text: str) -> Transactions:
    """`Transactions.parse`, not `mt940.parse`: that one opens a file whose name it is given."""
    parsed = Transactions(options=Options.all())
    try:
        parsed.parse(text)
    except (RuntimeError, ValueError, ArithmeticError, TypeError, KeyError) as error:
        raise StatementUnreadable(_what_stopped(text, error)) from None
    return parsed


def _what_stopped(text: str, error: Exception) -> str:
    value = error.args[2] if len(error.args) > 2 else None  # noqa: PLR2004  (the library's own)
    place = text.find(str(value).split("\n", 1)[0]) if value else -1
    where = f"line {text.count(chr(10), 0, place) + 1}: " if place >= 0 else ""
    return f"{where}this is no MT940 as the rail writes it"


def _entry(entry: Transaction, *, number: int, day: date) -> Line:
    found = entry.data
    booked_on, moved = found.get("date"), found.get("amount")
    if not isinstance(booked_on, Date) or not isinstance(moved, Amount):
        raise StatementUnreadable(f"line {number}: :61: without a day or an amount")
    _check_day(booked_on, number=number, day=day)
    if found.get("status") != "D":
        raise AmountNotWhole(
            f"line {number}: {found.get('status')} is no debit: what comes back is not in a "
            "statement of what was moved; ask the rail"
        )
    details = _OURS_IN_DETAILS.search(str(found.get("transaction_details") or ""))
    return Line(
        rail_reference=_reference(str(found.get("bank_reference") or ""), number),
        payout_id=UUID(details[1]) if details else None,
        amount=_whole(-moved.amount, number),
    )


def _check_balances(parsed: Transactions, *, day: date, total: int) -> None:
    opening, closing = (parsed.data.get(f"final_{name}_balance") for name in ("opening", "closing"))
    for tag, balance in ((":60F:", opening), (":62F:", closing)):
        if not isinstance(balance, Balance) or not isinstance(balance.amount, Amount):
            raise StatementUnreadable(f"{tag} is missing")
        if balance.amount.currency != CURRENCY:
            raise CurrencyNotRupiah(f"{tag}: {balance.amount.currency}, not {CURRENCY}")
        if balance.date != day:
            raise StatementOfAnotherDay(f"{tag}: {balance.date}, not {day}")
    moved = opening.amount.amount - closing.amount.amount  # type: ignore[union-attr]
    if moved != total:
        raise TotalsDiffer(
            f"the balances :60F: and :62F: differ by Rp{moved:,} and the lines are Rp{total:,}: "
            "lines are missing or too many; fetch the file again"
        )


def _check_day(booked_on: date, *, number: int, day: date) -> None:
    if booked_on != day:
        raise StatementOfAnotherDay(
            f"line {number}: booked on {booked_on}, not on {day}: send it with ?day={booked_on} "
            "when all of it is of that day"
        )


def _check_currency(currency: str, number: int) -> None:
    if currency != CURRENCY:
        raise CurrencyNotRupiah(f"line {number}: {currency[:10]!r}, not {CURRENCY}")


def _reference(text: str, number: int) -> str:
    if not _REFERENCE.fullmatch(text):
        raise StatementUnreadable(
            f"line {number}: the rail's reference has to be 1 to {REFERENCE_CHARACTERS_MAX} "
            "printable characters"
        )
    return text


def _rupiah(text: str, number: int) -> int:
    if not _AMOUNT.fullmatch(text):
        raise AmountNotWhole(
            f"line {number}: {text[:40]!r} is no amount such as 42000000.00, above zero"
        )
    return _whole(Decimal(text), number)


def _whole(amount: Decimal, number: int) -> int:
    if amount <= 0 or amount != int(amount) or amount >= 10**AMOUNT_DIGITS_MAX:
        raise AmountNotWhole(f"line {number}: {amount} is no whole number of rupiah above zero")
    return int(amount)
