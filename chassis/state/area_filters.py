"""Rows whose dotted code lies in an area: 53.71 covers 53.71 and 53.71.04, but not 53.710."""

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy.orm import Mapped


def within(code: str, area: str = ":area") -> str:
    """The condition in the text of a statement: both are SQL, by default the parameter `area`."""
    return f"({code} = {area} OR starts_with({code}, {area} || '.'))"


def is_within(code: Mapped[str], area: str) -> ColumnElement[bool]:
    """The condition as an expression; `area` is the code itself."""
    return or_(code == area, func.starts_with(code, f"{area}."))
