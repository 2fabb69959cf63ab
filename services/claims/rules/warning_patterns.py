"""The patterns of `warnings.toml`: data with a source, one row for each warning sign."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from pydantic import TypeAdapter

from contracts.claims import DocumentKind, WarningSign


class Pattern(NamedTuple):
    """What a sign looks for, and from which number on; a number that a sign lacks is 0."""

    sign: WarningSign
    looks_for: str
    source: str
    days: int = 0
    hours: int = 0
    period_days: int = 0
    """How far back other claims are counted."""
    claims: int = 0
    """More than so many claims are many."""
    percent: int = 0
    kinds: tuple[DocumentKind, ...] = ()
    words: tuple[str, ...] = ()


class _File(NamedTuple):
    pattern: tuple[Pattern, ...]


@cache
def patterns() -> Mapping[WarningSign, Pattern]:
    """Every pattern, by its sign."""
    text = files("services.claims.rules").joinpath("warnings.toml").read_text(encoding="utf-8")
    rows = TypeAdapter(_File).validate_python(tomllib.loads(text)).pattern
    return {row.sign: row for row in rows}
