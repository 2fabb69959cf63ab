"""Reads `tests/fixtures/claims-decisions.toml`: cases of claims, decided from the law."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from services.claims.rules.facts import Computation, Facts

FILE = Path(__file__).parent / "fixtures" / "claims-decisions.toml"
PAID_ON_DAY = "05"
"""The day of the month on which a month of `months` was paid: before any due date."""
MONTHS_OF_YEAR = 12
EXPECTABLE = frozenset({
    "ground", "package", "lines", "total", "doubts", "overpaid", "arrears", "months_paid",
    "waiting_ends_on", "refused",
})  # fmt: skip
SHORTHANDS = ("cover", "months", "late")
_FACTS = TypeAdapter(Facts)
Lines = Counter[tuple[str, str, bool, str]]
"""Rupiah by benefit, payee, whether it is held, and child."""


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    name: str
    boundary: str
    article: str
    facts: Facts
    expected: Mapping[str, Any]
    """What is compared: fields of `Computation`, `lines` and `total`; or `refused`, a slug."""


def cases() -> list[Case]:
    """All rows, in the order of the file."""
    table = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return [
        Case(
            name=row["name"],
            boundary=row["boundary"],
            article=row["article"],
            facts=_FACTS.validate_python(_spelled_out({**table["defaults"], **row["facts"]})),
            expected=_expected(row, table["packages"]),
        )
        for row in table["case"]
    ]


def months(spans: list[str]) -> Iterator[str]:
    """Each month of spans such as `2025-07..2025-09`."""
    for span in spans:
        first, _, last = span.partition("..")
        for number in range(_number(first), _number(last or first) + 1):
            yield f"{number // MONTHS_OF_YEAR:04}-{number % MONTHS_OF_YEAR + 1:02}"


def lines_of(computation: Computation) -> Lines:
    """What came out, without steps of nothing."""
    lines: Lines = Counter()
    for step in computation.steps:
        if step.amount:
            lines[step.benefit, step.payee, step.is_held, step.child or ""] += step.amount
    return lines


def _spelled_out(facts: dict[str, Any]) -> dict[str, Any]:
    """As `Facts` takes them: the short forms of the table replaced."""
    full = {name: value for name, value in facts.items() if name not in SHORTHANDS}
    full.setdefault("spells", [{"covered_from": facts["cover"]}])
    paid = {month: f"{month}-{PAID_ON_DAY}" for month in months(facts["months"])}
    paid |= facts.get("late", {})
    full["paid"] = [{"month": month, "paid_on": day} for month, day in sorted(paid.items())]
    full["last_promised_month"] = full["last_promised_month"] or None
    full.setdefault("happened_on", full.get("died_on"))
    full.setdefault("filed_on", full.get("died_on", full["happened_on"]))
    full.setdefault("decided_on", full["filed_on"])
    unknown = set(full) - set(Facts.__dataclass_fields__)
    if unknown:
        raise ValueError(f"no facts: {', '.join(sorted(unknown))}")
    return full


def _expected(row: dict[str, Any], packages: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    expected: dict[str, Any] = dict(row["expected"])
    unknown = set(expected) - EXPECTABLE
    if unknown:
        raise ValueError(f"{row['name']}: cannot compare {', '.join(sorted(unknown))}")
    if "package" in expected or "lines" in expected:
        stated = packages[expected.pop("package")] if "package" in expected else []
        expected["lines"] = _lines([*stated, *expected.get("lines", [])])
    return expected


def _lines(stated: list[dict[str, Any]]) -> Lines:
    lines: Lines = Counter()
    for line in stated:
        key = (line["benefit"], line["payee"], line.get("held", False), line.get("child", ""))
        lines[key] += line["amount"]
    return lines


def _number(month: str) -> int:
    return int(month[:4]) * MONTHS_OF_YEAR + int(month[5:]) - 1
