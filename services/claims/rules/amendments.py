"""Other rows of the tariff for a what-if: dated data of the same kind as those in force."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from hashlib import sha256
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from contracts.refusal import Refused
from services.claims.rules.tariffs import Row, RuleSet, benefits_file, in_force

UNREAD = frozenset({"late-compensation"})
"""Rows that stand in the data for their source; the computation has them in words of its own."""
_SET = re.compile(r"(?P<rule>[a-z][a-z0-9.-]*)=(?P<value>[\d_.,]+)(?:@(?P<day>\d{4}-\d\d-\d\d))?")
_NUMBER = re.compile(r"\d+|\d{1,3}(?:([_.,])\d{3})(?:\1\d{3})*")
_ROW, _DAY = TypeAdapter(Row), TypeAdapter(date)


class AmendmentWrong(Refused):
    """A rule for a what-if cannot be understood."""

    slug, status, retryable = "amendment-wrong", 422, False


class Amendment(NamedTuple):
    """A row that takes another's place, from its first day of events on."""

    row: Row
    before: Row
    """What holds on that day without it; of a row for all days, what holds now."""

    @property
    def changes(self) -> bool:
        """Whether it is another row than the one in force."""
        return self.row not in in_force().rows


def amendments(text: str) -> list[Amendment]:
    """The `[[row]]`s of a file: a copy of `benefits.toml` with changes, or only what changes. Of a
    row, `rule` and `value` are enough; without `from_day` it is as if it had always been so.

    Raises: AmendmentWrong.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AmendmentWrong(f"the file is no TOML: {error}") from None
    rows, others = told.pop("row", []), told
    if others.pop("tier", None) not in (None, _tiers()) or others or not isinstance(rows, list):
        raise AmendmentWrong("the file may change [[row]]s and nothing else")
    found = [_amendment(row) for row in rows]
    if unread := {each.row.rule for each in found if each.changes} & UNREAD:
        raise AmendmentWrong(f"no computation asks for {', '.join(unread)}: leave it as it is")
    return found


def amendment(words: str) -> Amendment:
    """`death-lump-sum=25_000_000`, as if it had always been so; with `@2026-01-01` behind it for
    events from that day on. Raises: AmendmentWrong."""
    found = _SET.fullmatch(words.strip())
    number = found and _NUMBER.fullmatch(found["value"])
    if found is None or number is None:
        raise AmendmentWrong(
            f"{words!r}: write a rule, `=`, a whole number, as in death-waiting=6 or "
            "death-lump-sum=25_000_000@2026-01-01"
        )
    told = {"rule": found["rule"], "value": int(re.sub(r"\D", "", number[0]))}
    if told["rule"] in UNREAD:
        raise AmendmentWrong(f"no computation asks for {told['rule']}: leave it as it is")
    return _amendment(told | ({"from_day": found["day"]} if found["day"] else {}))


def amended(changes: Iterable[Amendment]) -> RuleSet:
    """The rule set in force with these rows in it. A row ends what holds from its day on, and what
    was to hold later; rows of one rule among the changes follow each other by their days."""
    rows = list(in_force().rows)
    for each in sorted((change.row for change in changes), key=lambda row: row.from_day):
        rows = [row for row in rows if row.rule != each.rule or row.from_day < each.from_day]
        rows.append(each)
    rows.sort(key=lambda row: row.from_day)
    return RuleSet(tuple(rows), sha256(repr(rows).encode()).hexdigest())


def _amendment(told: object) -> Amendment:
    """A row, with what it does not say taken from the row in whose place it comes."""
    if not isinstance(told, Mapping) or "value" not in told:
        raise AmendmentWrong("a [[row]] has `rule` and `value`")
    rule = str(told.get("rule")).replace(".", "-")
    known = _known(rule)
    try:
        day = _DAY.validate_python(told.get("from_day", known[0].from_day))
        until = day if "from_day" in told else date.max
        before = ([row for row in known if row.from_day <= until] or known[:1])[-1]
        row = _ROW.validate_python(
            _like(before) | dict(told) | {"rule": rule, "from_day": day}, strict=True
        )
    except ValidationError as error:
        wrong = error.errors()[0]
        where = ".".join(map(str, wrong["loc"])) or "day"
        raise AmendmentWrong(f"{rule}, {where}: {wrong['msg']}") from None
    if set(told) - set(Row._fields) or row.unit != before.unit or row.value < 0:
        raise AmendmentWrong(
            f"{rule}: a row has {', '.join(Row._fields)}; {before.unit}, from 0 on"
        )
    return Amendment(row, before)


def _known(rule: str) -> list[Row]:
    known = [row for row in in_force().rows if row.rule == rule]
    if known:
        return known
    names = sorted({row.rule for row in in_force().rows} - UNREAD)
    near = get_close_matches(rule, names, n=3) or names
    raise AmendmentWrong(f"there is no rule {rule}: choose one of {', '.join(near)}")


def _like(row: Row) -> dict[str, Any]:
    """What a row of a what-if says of itself, where it does not: nobody read it in a law."""
    return row._asdict() | {"source": "what-if", "verified": False}


def _tiers() -> list[dict[str, Any]]:
    return [tier._asdict() for tier in benefits_file().tier]
