"""Made-up workers of Nusa Tenggara Timur for planted rosters: right in every respect.

Written from the rules as the offices state them, not from the code that judges: a NIK is six digits
of a kecamatan, the day of birth (a woman's plus 40), month, year, and a serial; whoever is 17 and
not yet 65 may be a member; at most five members share a family card.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random

Row = dict[str, str]
AGE_MIN, AGE_LIMIT = 17, 65
KK_MEMBERS_MAX = 5
_PLACES = Path(__file__).parents[1] / "services" / "enrollment" / "regions.csv"
_ELSEWHERE = ("327101", "317101", "357801", "737101", "517101")
"""Kecamatan of other provinces: whoever was first registered there may live in NTT."""
_MEN = (
    "Yohanes", "Markus", "Stefanus", "Aloysius", "Dominggus", "Petrus", "Gregorius", "Lambertus",
    "Ferdinand", "Hironimus", "Kornelis", "Nikodemus", "Obed", "Paskalis", "Rikardus",
    "Silvester", "Tobias", "Urbanus", "Wilhelmus", "Zakarias", "Agustinus", "Benediktus",
    "Darius", "Elias", "Gabriel", "Imanuel", "Kristoforus", "Melkianus", "Viktor", "Edmundus",
)  # fmt: skip
_WOMEN = (
    "Maria", "Yuliana", "Kristina", "Margaretha", "Theresia", "Agnes", "Dorothea", "Elisabeth",
    "Fransiska", "Helena", "Imelda", "Lusia", "Magdalena", "Natalia", "Oktaviana", "Paulina",
    "Rosalia", "Sofia", "Ursula", "Veronika", "Wilhelmina", "Yosefina", "Adelheid", "Blandina",
    "Debora", "Florensia", "Getrudis", "Hermina", "Ida", "Serafina",
)  # fmt: skip
_FAMILIES = (
    "Tefa", "Nubatonis", "Oematan", "Banunaek", "Lake", "Manafe", "Ndolu", "Seran", "Taopan",
    "Usboko", "Wadu", "Kolo", "Bria", "Fallo", "Haning", "Mesakh", "Naisanu", "Pello", "Riwu",
    "Sonbai", "Tnunay", "Boimau", "Dethan", "Kase", "Liunokas", "Mooy",
)  # fmt: skip
_WORK = ("nelayan", "petani", "tukang ojek", "buruh pelabuhan", "pedagang pasar", "penenun")


@cache
def places(level: str, area: str) -> tuple[str, ...]:
    """The codes of this level (`kabkota`, `kecamatan`, `desa_kel`) in an area."""
    with _PLACES.open(encoding="utf-8") as lines:
        found = [row["code"] for row in csv.DictReader(lines) if row["level"] == level]
    return tuple(code for code in found if f"{code}.".startswith(f"{area}."))


def years_before(day: date, years: int) -> date:
    """The same day so many years ago; of 29 February the first of March."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 3, 1)


class People:
    """Draws workers who differ from each other in NIK, and in name when born on one day."""

    def __init__(self, *, chance: Random, on: date, area: str) -> None:
        self.chance, self.on, self.area = chance, on, area
        self.oldest = years_before(on, AGE_LIMIT) + timedelta(days=1)
        self.youngest = years_before(on, AGE_MIN)
        self._numbers: set[str] = set()
        self._named: dict[date, set[str]] = defaultdict(set)

    def households(self, count: int) -> Iterator[Row]:
        """As many workers, family by family, over all villages of the area."""
        left = count
        while left:
            size = min(left, self.chance.choice((1, 1, 2, 2, 3, 4, KK_MEMBERS_MAX)))
            yield from self.household(size)
            left -= size

    def household(self, size: int) -> list[Row]:
        """Workers on one family card."""
        village = self.chance.choice(places("desa_kel", self.area))
        shared = {
            "no_kk": self.number(
                village.replace(".", "")[:6], self._day(date(2010, 1, 1), self.on)
            ),
            "alamat": f"Jl. Cendana No. {self.chance.randrange(1, 200)}, RT 001/RW 002",
            "kode_wilayah": village,
        }
        return [self.worker(**shared) for _ in range(size)]

    def worker(self, **shared: str) -> Row:
        """A worker whose name nobody born on the same day has."""
        sex = self.chance.choice("LP")
        while True:
            born_on = self._day(self.oldest, self.youngest)
            given = self.chance.choice(_MEN if sex == "L" else _WOMEN)
            if given not in self._named[born_on]:
                break
        self._named[born_on].add(given)
        family = self.chance.choice(_FAMILIES)
        mother = f"{self.chance.choice(_WOMEN)} {self.chance.choice(_FAMILIES)}"
        row = {
            "nama": f"{given} {family}",
            "tempat_lahir": "Kupang",
            "nama_ibu": mother,
            "pekerjaan": self.chance.choice(_WORK),
            "no_hp": self.chance.choice(("", "080000009001")),
            "ktp": self.chance.choice(("ya", "ya", "tidak", "YA")),
            "kk": self.chance.choice(("ya", "tidak")),
        }
        return row | shared | self.born(born_on, sex=sex, village=shared["kode_wilayah"])

    def born(self, born_on: date, *, sex: str, village: str) -> Row:
        """What says when somebody was born, in one of the ways in which offices write it."""
        home = village.replace(".", "")[:6]
        away = self.chance.choice(places("kecamatan", "53")).replace(".", "")
        prefix = self.chance.choice((home,) * 8 + (away, self.chance.choice(_ELSEWHERE)))
        written = self.chance.choice(("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"))
        return {
            "nik": self.number(prefix, born_on, woman=sex == "P"),
            "tanggal_lahir": born_on.strftime(written),
            "jenis_kelamin": self.chance.choice(
                ("L", "l", "Laki-laki") if sex == "L" else ("P", "p", "Perempuan")
            ),
        }

    def number(self, prefix: str, day: date, *, woman: bool = False) -> str:
        """A number of 16 digits that nobody has yet."""
        while True:
            serial = self.chance.randrange(1, 10_000)
            number = f"{prefix}{day.day + 40 * woman:02d}{day:%m%y}{serial:04d}"
            if number not in self._numbers:
                self._numbers.add(number)
                return number

    def _day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.chance.randrange((last - first).days + 1))
