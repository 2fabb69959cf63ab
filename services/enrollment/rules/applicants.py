"""Whether a row of a roster is a person who may be a member."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from services.enrollment.rules.programmes import Capacity, Reservation

AGE_MIN = 17
"""Old enough for an identity card. PP 44/2015 names no age; unverified."""
AGE_LIMIT = 65
"""On the 65th birthday it is too late (the insurer's rule, domain 1.6)."""
COLUMNS = (
    "nik", "nama", "tempat_lahir", "tanggal_lahir", "jenis_kelamin", "nama_ibu", "no_kk",
    "alamat", "kode_wilayah", "pekerjaan", "no_hp", "ktp", "kk",
)  # fmt: skip
OPTIONAL = frozenset({"no_hp"})
REQUIRED = tuple(name for name in COLUMNS if name not in OPTIONAL)

Slug = Literal[
    "nik-malformed", "nik-in-scientific-notation", "nik-twice-in-file", "already-member",
    "too-old", "too-young", "village-unknown", "date-malformed", "field-missing",
    "field-malformed", "quota-exhausted", "budget-exhausted", "programme-over",
]  # fmt: skip

_EXHAUSTED: Mapping[Slug, str] = {
    "programme-over": "no month of the programme is left: ask the province for the next one",
    "quota-exhausted": "the quota of the region is used up: ask the province to raise it",
    "budget-exhausted": "the money of the programme is promised: ask the province",
}
_DATE = re.compile(
    r"(?P<Y>[0-9]{4})-(?P<M>[0-9]{2})-(?P<D>[0-9]{2})"
    r"|(?P<d>[0-9]{2})(?P<slash>[-/])(?P<m>[0-9]{2})(?P=slash)(?P<y>[0-9]{4})"
)
_SCIENTIFIC = re.compile(r"\d+([.,]\d+)?[eE]\+?\d+")
_SIXTEEN_DIGITS = re.compile(r"[0-9]{16}")
_FEMALE_DAY_OFFSET = 40
_CHOICES = {"jenis_kelamin": ("l", "p"), "ktp": ("ya", "tidak"), "kk": ("ya", "tidak")}


class RowRefused(NamedTuple):
    """Why a row was not taken: which field, the stable reason, and what to do, in words."""

    field: str
    slug: Slug
    reason: str


class Person(BaseModel):
    """Who a worker is: the block that is sealed."""

    model_config = ConfigDict(frozen=True)

    nik: str
    name: str
    birth_place: str
    born_on: date
    sex: Literal["L", "P"]
    mother: str
    kk: str
    address: str
    occupation: str
    phone: str


class Applicant(NamedTuple):
    """A row that can become a member."""

    person: Person
    village_code: str
    has_ktp: bool
    has_kk: bool


def applicant(
    row: Mapping[str, str], *, villages: frozenset[str], region_code: str, today: date
) -> Applicant | RowRefused:
    """Read a row of a roster by its column names; the first thing wrong with it is the answer.

    `villages` are the codes that exist; those outside `region_code` are another district's.
    """
    found = {name: row[name].strip() for name in COLUMNS}
    missing = next((name for name in REQUIRED if not found[name]), None)
    if missing is not None:
        return RowRefused(missing, "field-missing", f"{missing} is empty: fill it in")
    born_on = day_in(found["tanggal_lahir"])
    village = village_in(found["kode_wilayah"])
    return (
        _nik_refusal(found["nik"], field="nik")
        or _choice_refusal(found)
        or _birth_refusal(born_on, today=today)
        or _village_refusal(village, villages=villages, region_code=region_code)
        or _nik_refusal(found["no_kk"], field="no_kk")
        or _applicant(found, born_on, village)
    )


def day_in(text: str) -> date | None:
    """The date that a spreadsheet wrote in one of three ways; None when it is none of them.

    2025-07-21, 21-07-2025, 21/07/2025. (strptime takes ten times as long.)
    """
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(found[a] or found[b]) for a, b in (("Y", "y"), ("M", "m"), ("D", "d")))
    try:
        return date(year, month, day)
    except ValueError:
        return None


def village_in(text: str) -> str:
    """A village code with its dots, 53.71.04.1001, whether or not it was written with them."""
    digits = text.replace(".", "")
    return f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}.{digits[6:]}"


def age_on(day: date, *, born_on: date) -> int:
    """Whole years lived."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def _nik_refusal(number: str, *, field: str) -> RowRefused | None:
    """NIK and KK number: 16 digits with a date in the middle (PP 40/2019 art. 31).

    The region in it is evidence of nothing (art. 30(2)), and a birth date or sex that differs from
    the declared one is for a person to judge: neither refuses.
    """
    if _SCIENTIFIC.fullmatch(number):
        return RowRefused(
            field, "nik-in-scientific-notation",
            f"the spreadsheet turned {field} into a rounded number: format the column as text "
            "and type it again from the card",
        )  # fmt: skip
    name: Slug = "nik-malformed" if field == "nik" else "field-malformed"
    if not _SIXTEEN_DIGITS.fullmatch(number):
        return RowRefused(field, name, f"{field} must be 16 digits: copy it from the card")
    day = int(number[6:8]) - (_FEMALE_DAY_OFFSET if int(number[6:8]) > _FEMALE_DAY_OFFSET else 0)
    if not (1 <= day <= 31 and 1 <= int(number[8:10]) <= 12):  # noqa: PLR2004  (a date)
        return RowRefused(field, name, f"digits 7 to 12 of {field} are no date: check the card")
    return None


def _choice_refusal(row: Mapping[str, str]) -> RowRefused | None:
    for name, allowed in (
        ("jenis_kelamin", "LP"),
        ("ktp", ("ya", "tidak")),
        ("kk", ("ya", "tidak")),
    ):
        written = row[name].upper() if name == "jenis_kelamin" else row[name].lower()
        if written not in tuple(allowed):
            return RowRefused(
                name, "field-malformed", f"{name} must be one of {', '.join(allowed)}"
            )
    return None


def _birth_refusal(born_on: date | None, *, today: date) -> RowRefused | None:
    field = "tanggal_lahir"
    if born_on is None:
        return RowRefused(
            field, "date-malformed", "write the date as 2025-07-21, 21-07-2025 or 21/07/2025"
        )
    age = age_on(today, born_on=born_on)
    if age >= AGE_LIMIT:
        return RowRefused(field, "too-old", f"{AGE_LIMIT} or older on the day of enrollment")
    if age < AGE_MIN:
        return RowRefused(field, "too-young", f"under {AGE_MIN} on the day of enrollment")
    return None


def _village_refusal(
    village: str, *, villages: frozenset[str], region_code: str
) -> RowRefused | None:
    field = "kode_wilayah"
    if village not in villages:
        return RowRefused(field, "village-unknown", "no village has this code: look it up")
    if not village.startswith(f"{region_code}."):
        return RowRefused(
            field, "village-unknown", f"the village is not in {region_code}: send it to its own"
        )
    return None


def _applicant(row: Mapping[str, str], born_on: date | None, village: str) -> Applicant:
    assert born_on is not None  # noqa: S101  (refused before)
    return Applicant(
        person=Person(
            nik=row["nik"],
            name=row["nama"],
            birth_place=row["tempat_lahir"],
            born_on=born_on,
            sex="L" if row["jenis_kelamin"].upper() == "L" else "P",
            mother=row["nama_ibu"],
            kk=row["no_kk"],
            address=row["alamat"],
            occupation=row["pekerjaan"],
            phone=row["no_hp"],
        ),
        village_code=village,
        has_ktp=row["ktp"].lower() == "ya",
        has_kk=row["kk"].lower() == "ya",
    )


@dataclass
class Intake:
    """What is known while the rows of one roster are decided one after the other."""

    capacity: Capacity
    members: set[bytes]
    """NIK, as hashes, of those who came with another file."""
    in_file: set[bytes]
    """NIK, as hashes, of those whom an earlier row of this file brought."""
    this_month: str

    def decide(self, nik_hash: bytes) -> Reservation | RowRefused:
        """A place for a person who has none yet, or why there is none."""
        if nik_hash in self.in_file:
            return RowRefused("nik", "nik-twice-in-file", "an earlier row has this NIK: keep one")
        if nik_hash in self.members:
            return RowRefused("nik", "already-member", "already a member: leave the row out")
        reserved = self.capacity.reserve(this_month=self.this_month)
        if isinstance(reserved, str):
            return RowRefused("nik", reserved, _EXHAUSTED[reserved])
        self.in_file.add(nik_hash)
        return reserved
