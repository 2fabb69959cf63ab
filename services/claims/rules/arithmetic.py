"""The arithmetic that a decision shows, `60 % x 80 x 1,000,000 = 48,000,000`: written and checked.

It holds numbers, `%`, `x`, `+`, `-`, `/`, brackets, `min` and `max`; any other word is a label and
counts nothing. Clauses follow each other after a semicolon, each going on from the one before. What
is due to nobody says so in words: `nothing: the child is married`.
"""

import re
from fractions import Fraction
from math import floor

NOTHING = "nothing: "
LINE_MAX = 200
"""Characters that an event keeps of it."""
_TOKEN = re.compile(r"\d+(?:,\d{3})*(?!\w)|[a-z][a-z0-9-]*|[-+/(),%]")
_HALF = Fraction(1, 2)


def half_up(above: int, below: int) -> int:
    """The quotient of two whole numbers, not negative, rounded once to whole rupiah."""
    return (2 * above + below) // (2 * below)


def is_true(arithmetic: str, amount: int) -> bool:
    """Whether the arithmetic computes, and ends in this amount."""
    if arithmetic.startswith(NOTHING):
        return amount == 0
    before: int | None = None
    for clause in arithmetic.split("; "):
        left, _, right = clause.rpartition("=")
        try:
            result = int(right.replace(",", ""))
            terms = _Terms(left or right)
            if rounded(terms.value()) != result or before not in {None, terms.first}:
                return False
        except (ValueError, IndexError, ZeroDivisionError):
            return False
        before = result
    return before == amount


def rounded(value: Fraction) -> int:
    """Half a rupiah is rounded up."""
    return floor(value + _HALF)


class _Terms:
    """The terms of a clause, read from the left. Raises ValueError or IndexError."""

    def __init__(self, text: str) -> None:
        words = [each[0] for each in _TOKEN.finditer(text) if _counts(each[0])]
        self._tokens: list[str] = [*words, "end"]
        self._at = 0
        self.first = _first_number(words)

    def value(self) -> Fraction:
        """What they come to, all of them."""
        found = self._sum()
        if self._next() != "end":
            raise ValueError("something follows the sum")
        return found

    def _next(self) -> str:
        return self._tokens[self._at]

    def _take(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1]

    def _sum(self) -> Fraction:
        found = self._product()
        while self._next() in {"+", "-"}:
            found += self._product() if self._take() == "+" else -self._product()
        return found

    def _product(self) -> Fraction:
        found = self._factor()
        while self._next() in {"x", "/"}:
            found = found * self._factor() if self._take() == "x" else found / self._factor()
        return found

    def _factor(self) -> Fraction:
        first = self._next()
        if first in {"min", "max"}:
            self._take()
            found = (min if first == "min" else max)(self._bracket())
        elif first == "(":
            [found] = self._bracket()
        else:
            found = Fraction(self._take().replace(",", ""))
        if self._next() == "%":
            self._take()
            return found / 100
        return found

    def _bracket(self) -> list[Fraction]:
        if self._take() != "(":
            raise ValueError("a bracket is missing")
        found = [self._sum()]
        while self._next() == ",":
            self._take()
            found.append(self._sum())
        if self._take() != ")":
            raise ValueError("a bracket stays open")
        return found


def _counts(token: str) -> bool:
    return not token[0].isalpha() or token in {"x", "min", "max"}


def _first_number(words: list[str]) -> int | None:
    number = next((each for each in words if each[0].isdigit()), None)
    return None if number is None else int(number.replace(",", ""))
