"""Who sees how much of a member in a list: the one place that decides it (UU 27/2022 art. 16, 39).

Nobody sees a whole NIK in a list: whoever needs one asks for the person's record by itself.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from chassis.sealing import masked
from services.enrollment.rules.applicants import Person

Sight = Literal["sealed", "masked", "named"]
"""`sealed`: ids, numbers and places only; `masked`: the initials of the name; `named`: the name,
and the NIK without its middle."""

_BY_ROLE: Mapping[str, Sight] = {
    "village": "named",
    "district": "named",
    "branch": "named",
    "checker": "named",
    "province": "masked",
}
"""Whoever meets the member sees the name; who counts needs none. Any other role sees none."""


class Shown(NamedTuple):
    """What a list tells of who somebody is."""

    name: str | None = None
    nik: str | None = None


def sight_of(role: str, *, reason: str | None) -> Sight:
    """How much this role sees, given why it asks: without a reason nobody sees who it is."""
    return "sealed" if reason is None else _BY_ROLE.get(role, "sealed")


def shown(person: Person, sight: Sight) -> Shown:
    """What of a person is seen."""
    if sight == "named":
        return Shown(person.name, masked(person.nik))
    if sight == "masked":
        return Shown(masked_name(person.name))
    return Shown()


def masked_name(name: str) -> str:
    """`Y****** T***`: the first letter of each word; a word of one letter not even that."""
    return " ".join(_masked_word(word) for word in name.split())


def _masked_word(word: str) -> str:
    return word[0] + "*" * (len(word) - 1) if len(word) > 1 else "*"
