"""The numbers of a person and of a family card: what they must look like, and what a NIK tells.

A NIK is 16 digits: six of the kecamatan where the person was first registered, the day of birth
(a woman's plus 40), month and year, four of a serial (PP 40/2019 art. 31). It has no check digit.
"""

import re
from datetime import date
from typing import Literal, NamedTuple

from services.enrollment.rules.applicants.dates import age_on
from services.enrollment.rules.applicants.findings import Finding, refused
from services.enrollment.rules.applicants.persons import Sex

NUMBER_DIGITS = 16
PREFIX_DIGITS = 6
_WOMAN_DAY = 40
_AGE_MAX = 99
_SCIENTIFIC = re.compile(r"\d+([.,]\d+)?[eE]\+?\d+")
_CARDS = {"nik": ("NIK", "KTP"), "no_kk": ("Nomor KK", "KK")}


class Registered(NamedTuple):
    """What a NIK tells of its holder. It is evidence of nothing: a person decides."""

    born_on: date
    sex: Sex


def number_in(text: str) -> str:
    """A number as it was meant: spaces around it and the apostrophe by which a spreadsheet knows
    text are not part of it. Whatever stands between its digits is, and makes it malformed."""
    return text.strip().removeprefix("'").lstrip()


def shape_refusal(number: str, *, field: Literal["nik", "no_kk"]) -> Finding | None:
    """Not 16 digits. Of a family card nothing more is known for sure (domain 4.2)."""
    if len(number) == NUMBER_DIGITS and number.isascii() and number.isdigit():
        return None
    name, card = _CARDS[field]
    if _SCIENTIFIC.fullmatch(number):
        return refused(
            field, "nik-in-scientific-notation",
            f"{name} sudah dibulatkan oleh lembar kerja: jadikan kolomnya teks, lalu ketik ulang "
            f"dari {card}.",
        )  # fmt: skip
    return refused(
        field,
        "nik-malformed" if field == "nik" else "field-malformed",
        f"{name} harus 16 angka tanpa spasi atau tanda lain: salin lagi dari {card}.",
    )


def nik_refusal(nik: str, registered: Registered | None) -> Finding | None:
    """16 digits that cannot be a NIK; `registered` is what they tell."""
    if "00" in (nik[:2], nik[2:4], nik[4:6]):
        wrong = "Kode wilayah di awal NIK tidak boleh 00"
    elif registered is None:
        wrong = "Tanggal lahir di dalam NIK (angka ke-7 sampai ke-12) tidak ada di kalender"
    elif nik[12:] == "0000":
        wrong = "Empat angka terakhir NIK tidak boleh 0000"
    else:
        return None
    return refused("nik", "nik-malformed", f"{wrong}: salin lagi dari KTP.")


def registered_as(nik: str, *, today: date) -> Registered | None:
    """Birth date and sex that 16 digits tell; None when there is no such day.

    Of the two centuries that the year may mean it is the one that makes the person 0 to 99 years
    old today.
    """
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    sex: Sex = "P" if day > _WOMAN_DAY else "L"
    latest = today.year - (today.year - year) % 100
    for full_year in (latest, latest - 100):
        try:
            born_on = date(full_year, month, day - _WOMAN_DAY if sex == "P" else day)
        except ValueError:
            continue
        if born_on <= today and age_on(today, born_on=born_on) <= _AGE_MAX:
            return Registered(born_on, sex)
    return None
