"""Dates as spreadsheets write them, and ages."""

from datetime import date

_WRITTEN_LENGTH = 10


def day_in(text: str) -> date | None:
    """The date that a spreadsheet wrote in one of three ways; None when it is none of them.

    2025-07-21, 21-07-2025, 21/07/2025. Cut by hand: strptime takes ten times as long.
    """
    if len(text) != _WRITTEN_LENGTH:
        return None
    if text[4] == "-" == text[7]:
        year, month, day = text[:4], text[5:7], text[8:]
    elif text[2] == text[5] and text[2] in "-/":
        day, month, year = text[:2], text[3:5], text[6:]
    else:
        return None
    return _day(year, month, day)


def age_on(day: date, *, born_on: date) -> int:
    """Whole years lived; who was born on 29 February grows older on 1 March in other years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def birthday(born_on: date, *, age: int) -> date:
    """The first day on which somebody is that old."""
    try:
        return born_on.replace(year=born_on.year + age)
    except ValueError:
        return date(born_on.year + age, 3, 1)


def _day(year: str, month: str, day: str) -> date | None:
    digits = year + month + day
    if not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
