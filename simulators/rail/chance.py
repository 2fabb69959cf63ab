"""Chance that repeats: a draw follows from a seed, a name and a purpose, and from nothing else."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, TypeVar

Kind = TypeVar("Kind")

DRAW_BYTES: Final = 7
"""56 bits: a float between 0 and 1 holds 53."""


@dataclass(frozen=True, slots=True)
class Chance:
    """The draws for one name, such as a transfer's reference."""

    seed: int
    name: str

    def draw(self, purpose: str) -> float:
        """From 0 (included) to 1 (excluded); the same for the same purpose."""
        text = f"{self.seed}:{purpose}:{self.name}".encode()
        drawn = hashlib.sha256(text).digest()[:DRAW_BYTES]
        return (int.from_bytes(drawn) >> 3) / 2**53

    def between(self, low: float, high: float, purpose: str) -> float:
        """Anywhere from low to high."""
        return low + (high - low) * self.draw(purpose)

    def whole(self, low: int, high: int, purpose: str) -> int:
        """A whole number from low to high, both included."""
        return low + int((high - low + 1) * self.draw(purpose))

    def one_of(self, shares: Mapping[Kind, float], purpose: str) -> Kind | None:
        """One of the kinds, each with its share of all draws; None for what the shares leave."""
        drawn = self.draw(purpose)
        for kind, share in shares.items():
            if drawn < share:
                return kind
            drawn -= share
        return None

    def log_normal(self, *, median: float, sigma: float, purpose: str) -> float:
        """A time as networks have them: often near the median, at times far above."""
        drawn = min(max(self.draw(purpose), 1e-9), 1 - 1e-9)
        return median * math.exp(sigma * NormalDist().inv_cdf(drawn))
