"""The end-of-day statement: what moved on a day, as CSV or MT940.

The format is in docs/banking/rail-statement.md.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from simulators.rail.bad_day import BadDay
from simulators.rail.chance import Chance
from simulators.rail.gate import BANK_ZONE
from simulators.rail.rules import BANKS, Entry

COLUMNS: Final = (
    "booked_at",
    "rail_reference",
    "partner_reference",
    "amount",
    "currency",
    "beneficiary_bank",
    "beneficiary_account_masked",
)
DIGITS_SHOWN: Final = 4
DIFFERS_MAX: Final = 999
FOREIGN_AMOUNT_MAX: Final = 42_000_000
ACCOUNT_WITHOUT_TRANSFERS: Final = "0"


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer that moved."""

    booked_at: datetime
    rail_reference: str
    partner_reference: str
    amount: int
    bank: str
    account: str

    def masked(self, sign: str) -> str:
        """The account's number with a sign in place of all but its last four digits."""
        return sign * (len(self.account) - DIGITS_SHOWN) + self.account[-DIGITS_SHOWN:]


def midnight(day: date) -> datetime:
    """When a day begins in Jakarta."""
    return datetime(day.year, day.month, day.day, tzinfo=BANK_ZONE)


def lines(entries: Sequence[Entry], *, day: date, bad_day: BadDay | None) -> list[Line]:
    """The lines of a day, with the mistakes that the bad day makes in it."""
    true = [_line(entry, day) for entry in entries]
    return true if bad_day is None else list(_spoiled(true, day, bad_day))


def as_csv(found: Sequence[Line]) -> str:
    """The statement as CSV."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for line in found:
        booked_at = line.booked_at.isoformat(timespec="seconds")
        amount = f"{line.amount}.00"
        rows.writerow(
            (
                booked_at,
                line.rail_reference,
                line.partner_reference,
                amount,
                "IDR",
                line.bank,
                line.masked("*"),
            )
        )
    return text.getvalue()


def as_mt940(found: Sequence[Line], *, day: date, account: str) -> str:
    """The statement as MT940."""
    total = sum(line.amount for line in found)
    text = [
        f":20:RAIL{day:%y%m%d}",
        f":25:{account}",
        f":28C:{day.timetuple().tm_yday}/1",
        f":60F:C{day:%y%m%d}IDR0,00",
    ]
    for line in found:
        text += [
            f":61:{day:%y%m%d}{day:%m%d}D{line.amount},00NTRFNONREF//{line.rail_reference}",
            f":86:/REF/{line.partner_reference}",
            f"/BANK/{line.bank}/ACCT/{line.masked('X')}",
        ]
    text += [f":62F:{'D' if total else 'C'}{day:%y%m%d}IDR{total},00", "-", ""]
    return "\r\n".join(text)


def account_of(entries: Sequence[Entry]) -> str:
    """The partner's account that the rail takes the money from."""
    return entries[0].order.source_account_no if entries else ACCOUNT_WITHOUT_TRANSFERS


def _line(entry: Entry, day: date) -> Line:
    at = entry.final_at.astimezone(BANK_ZONE)
    return Line(
        booked_at=at.replace(year=day.year, month=day.month, day=day.day),
        rail_reference=entry.reference_no,
        partner_reference=entry.order.partner_reference_no,
        amount=entry.carried,
        bank=entry.order.beneficiary_bank_code,
        account=entry.order.beneficiary_account_no,
    )


def _spoiled(true: Sequence[Line], day: date, bad_day: BadDay) -> Iterator[Line]:
    mistakes = bad_day.statement
    for line in true:
        chance = bad_day.chance(line.partner_reference)
        if chance.draw("left out") < mistakes.leave_out:
            continue
        if chance.draw("changed") < mistakes.change_amount:
            more = chance.whole(1, DIFFERS_MAX, "changed by")
            yield replace(line, amount=line.amount + more)
        else:
            yield line
    for number in range(mistakes.foreign_lines):
        yield _foreign(day, number, bad_day.chance(f"foreign {day} {number}"))


def _foreign(day: date, number: int, chance: Chance) -> Line:
    digits = chance.whole(0, 2**56 - 1, "reference")
    return Line(
        booked_at=midnight(day) + timedelta(hours=23, seconds=number),
        rail_reference=f"FRGN{number:012d}",
        partner_reference=f"{digits:032x}",
        amount=chance.whole(1, FOREIGN_AMOUNT_MAX, "amount"),
        bank=sorted(BANKS)[chance.whole(0, len(BANKS) - 1, "bank")],
        account=f"{chance.whole(0, 10**10 - 1, 'account'):010d}",
    )
