"""Names and trades as one meets them in Kupang, put together at random: nobody in particular."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Final

_MEN_WORK_AS: Final = (
    "nelayan",
    "petani",
    "tukang ojek",
    "buruh pelabuhan",
    "buruh bangunan",
    "pedagang pasar",
    "tukang kayu",
    "tukang batu",
    "sopir bemo",
    "konjak bemo",
    "penyadap lontar",
    "pengumpul batu",
    "pemulung",
    "peternak babi",
    "tukang tambal ban",
    "penjual ikan keliling",
)

_WOMEN_WORK_AS: Final = (
    "pedagang pasar",
    "penenun",
    "penjual sayur keliling",
    "petani",
    "asisten rumah tangga",
    "tukang cuci",
    "penjahit",
    "penjaga kios",
    "penjual kue",
    "pengolah rumput laut",
    "penjual ikan keliling",
    "pemulung",
    "pengumpul batu",
    "juru masak warung",
)

_MUSLIM_SHARE: Final = 0.12
_SECOND_NAME_SHARE: Final = 0.55


@dataclass(frozen=True, slots=True)
class Names:
    """Names that go together, as `names.toml` lists them."""

    families: tuple[str, ...]
    men: tuple[str, ...]
    women: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """A family name, and the names of those among whom it is found."""

    name: str
    among: Names


def family(chance: Random) -> Family:
    """Any family of the region."""
    among = _names("muslim" if chance.random() < _MUSLIM_SHARE else "christian")
    return Family(chance.choice(among.families), among)


def full_name(of: Family, *, sex: str, chance: Random) -> str:
    """One or two given names (sex L or P) and the family's."""
    given = of.among.men if sex == "L" else of.among.women
    count = 2 if chance.random() < _SECOND_NAME_SHARE else 1
    return " ".join([*chance.sample(given, count), of.name])


def occupation(*, sex: str, chance: Random) -> str:
    """An informal trade."""
    return chance.choice(_MEN_WORK_AS if sex == "L" else _WOMEN_WORK_AS)


@cache
def _names(faith: str) -> Names:
    listed = tomllib.loads(files("tameng.demo").joinpath("names.toml").read_text(encoding="utf-8"))
    words = {kind: tuple(text.split()) for kind, text in listed[faith].items()}
    return Names(**words)
