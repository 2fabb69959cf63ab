"""What a month costs in a what-if: what the programme was opened with, or something else."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from contracts.refusal import Refused
from services.enrollment.rules.months import months_later

AMOUNT_MAX = 1_000_000
"""Rupiah a month: more is a slip of the finger."""
_MONTH = re.compile(r"20\d{2}-(0[1-9]|1[0-2])")


class PriceWrong(Refused):
    """A contribution for a what-if cannot be understood."""

    slug, status, retryable = "price-wrong", 422, False


class Price(NamedTuple):
    """Another contribution for a member's month. Rupiah."""

    amount: int
    from_month: str = ""
    """The first month that costs so much; empty where it is as if it had always been so."""


@dataclass(frozen=True)
class Prices:
    """What each month of a programme costs. Rupiah."""

    recorded: int
    """As the programme was opened."""
    other: Price | None

    def of(self, month: str) -> int:
        """One month of one member."""
        if self.other is None or month < self.other.from_month:
            return self.recorded
        return self.other.amount

    def cost(self, first_month: str, months: int) -> int:
        """So many months of one member, from that one on."""
        return _cost(self, first_month, months)

    def carried(self, first_month: str, months: int, *, money: int) -> int:
        """As many of these months as the money pays for, from the first on."""
        while months and self.cost(first_month, months) > max(0, money):
            months -= 1
        return months


def price(amount: int, from_month: str | None) -> Price:
    """As it was asked for. Raises: PriceWrong."""
    if not 0 < amount <= AMOUNT_MAX:
        raise PriceWrong(f"{amount:,} rupiah a month: write from 1 to {AMOUNT_MAX:,}")
    if from_month is not None and not _MONTH.fullmatch(from_month):
        raise PriceWrong(f"{from_month!r} is no month: write one as 2025-09")
    return Price(amount, from_month or "")


@lru_cache(maxsize=4_096)
def _cost(prices: Prices, first_month: str, months: int) -> int:
    return sum(prices.of(months_later(first_month, later)) for later in range(months))
