"""One rule on the way to cover, and how it stands for a person."""

from datetime import date
from typing import Literal, NamedTuple

Outcome = Literal["passed", "failed", "unknown"]
"""`unknown`: cannot be told yet, or a person has to look."""
Actor = Literal["proposer", "district", "checker", "branch", "bank", "funder", "nobody"]
"""Whose turn it is. `nobody`: the system goes on by itself, or nothing can be done."""


class Step(NamedTuple):
    """A rule, in Indonesian for whoever stands at the counter."""

    rule: str
    """A stable name; for the rules of a row the slug of the finding that breaks it."""
    outcome: Outcome
    sentence: str
    bring: str = ""
    """What to bring or to send, when it can be mended."""
    acts: Actor = "nobody"
    since: date | None = None
    """Since which local day it waits."""


def written(day: date) -> str:
    """A day as officers write it."""
    return f"{day:%d-%m-%Y}"


def passed(rule: str, sentence: str) -> Step:
    """The rule holds."""
    return Step(rule, "passed", sentence)


def unknown(rule: str, sentence: str) -> Step:
    """Nothing can be said about the rule yet."""
    return Step(rule, "unknown", sentence)
