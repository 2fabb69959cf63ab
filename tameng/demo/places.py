"""Villages and kecamatan of the province, and the places where people were first registered."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Final

CITY: Final = "53.71"
OEBOBO: Final = "53.71.04"
_LOCAL_SHARE: Final = 0.86
_OTHER_PROVINCE_SHARE: Final = 0.03

_TOWNS: Final = {
    "53.01": "Oelamasi",
    "53.02": "Soe",
    "53.03": "Kefamenanu",
    "53.04": "Atambua",
    "53.05": "Kalabahi",
    "53.06": "Larantuka",
    "53.07": "Maumere",
    "53.08": "Ende",
    "53.09": "Bajawa",
    "53.10": "Ruteng",
    "53.11": "Waingapu",
    "53.12": "Waikabubak",
    "53.13": "Lewoleba",
    "53.14": "Ba'a",
    "53.15": "Labuan Bajo",
    "53.16": "Mbay",
    "53.17": "Waibakul",
    "53.18": "Tambolaka",
    "53.19": "Borong",
    "53.20": "Seba",
    "53.21": "Betun",
    "53.71": "Kupang",
}

_OTHER_PROVINCES: Final = (
    ("31.74.04", "Jakarta"),
    ("35.78.10", "Surabaya"),
    ("51.71.03", "Denpasar"),
    ("52.71.03", "Mataram"),
    ("73.71.09", "Makassar"),
    ("81.71.02", "Ambon"),
)

_STREETS: Final = (
    "Bajawa",
    "Bundaran PU",
    "Cak Doko",
    "El Tari",
    "Frans Seda",
    "Herewila",
    "Jenderal Sudirman",
    "Nangka",
    "Pahlawan",
    "Perintis Kemerdekaan",
    "Sam Ratulangi",
    "Soekarno",
    "Sukun",
    "Timor Raya",
    "Untung Surapati",
    "W.J. Lalamentik",
)


@dataclass(frozen=True, slots=True)
class Registration:
    """Where a person got the NIK: the code of that kecamatan (dotted), and the town of birth."""

    kecamatan_code: str
    town: str


@cache
def villages(*, area: str = CITY) -> tuple[str, ...]:
    """Codes of all villages under an area, in order."""
    return tuple(code for code in _codes("desa_kel") if code.startswith(f"{area}."))


@cache
def districts(*, area: str = CITY) -> tuple[str, ...]:
    """Codes of all kecamatan under an area, in order."""
    return tuple(code for code in _codes("kecamatan") if code.startswith(f"{area}."))


@cache
def regions() -> tuple[str, ...]:
    """Codes of all kabupaten and kota, in order."""
    return _codes("kabkota")


def registration(chance: Random, *, home: str = CITY) -> Registration:
    """Mostly in the kabupaten or kota of home, some elsewhere in the province, few in others."""
    draw = chance.random()
    if draw < _OTHER_PROVINCE_SHARE:
        return Registration(*chance.choice(_OTHER_PROVINCES))
    if draw < 1 - _LOCAL_SHARE:
        code = chance.choice(_elsewhere(home))
        return Registration(code, _TOWNS[code[:5]])
    return Registration(chance.choice(districts(area=home)), _TOWNS[home])


def address(chance: Random) -> str:
    """A street, a house number, RT and RW."""
    street, house = chance.choice(_STREETS), chance.randint(1, 180)
    return (
        f"Jl. {street} No. {house}, RT {chance.randint(1, 30):03d}/RW {chance.randint(1, 10):03d}"
    )


@cache
def _elsewhere(home: str) -> tuple[str, ...]:
    return tuple(code for code in _codes("kecamatan") if not code.startswith(f"{home}."))


@cache
def _codes(level: str) -> tuple[str, ...]:
    """Region codes of one level, from the list that enrollment carries."""
    listed = files("services.enrollment").joinpath("regions.csv").read_text(encoding="utf-8")
    return tuple(
        row["code"] for row in csv.DictReader(listed.splitlines()) if row["level"] == level
    )
