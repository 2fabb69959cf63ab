"""Whether a row of a roster is a person who may be a member.

What is refused and what a person decides: domain 4.1 and 7.3. A NIK may come from anywhere and
need not match the birth date (PP 40/2019 art. 30(2)): that warns; one that cannot exist is refused.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from services.enrollment.rules.applicants import numbers
from services.enrollment.rules.applicants.columns import COLUMNS, OPTIONAL
from services.enrollment.rules.applicants.dates import age_on, day_in
from services.enrollment.rules.applicants.findings import Finding, refused, warning
from services.enrollment.rules.applicants.persons import Applicant, Person, Sex

AGE_MIN = 17
"""Old enough for an identity card. PP 44/2015 names no age; unverified."""
AGE_LIMIT = 65
"""On the 65th birthday it is too late (the insurer's rule, domain 1.6)."""
FIELD_CHARACTERS_MAX = 200
UNREADABLE = "\N{REPLACEMENT CHARACTER}"
"""Stands where the file had a character that is none."""

_NUMBERS = ("nik", "no_kk", "no_hp", "kode_wilayah")
_SEXES: Mapping[str, Sex] = {"l": "L", "laki-laki": "L", "p": "P", "perempuan": "P"}
_ANSWERS = {"ya": True, "tidak": False}
_SEE_KTP = "cocokkan dengan KTP, dan biarkan kalau KTP memang begitu."


@dataclass(frozen=True)
class Regions:
    """The places that exist."""

    villages: frozenset[str]
    """Kelurahan and desa where members may live, `53.71.04.1001`."""
    nik_prefixes: frozenset[str]
    """Every kecamatan of Indonesia by its six digits, `537104`."""


class Judged(NamedTuple):
    """A row that was looked at: an applicant, unless something refuses the row."""

    applicant: Applicant | None
    findings: tuple[Finding, ...]
    """Everything that refuses the row, the main one first; or else what a person decides."""


class _Read(NamedTuple):
    """The fields of a row that mean something; None where they mean nothing."""

    registered: numbers.Registered | None
    born_on: date | None
    sex: Sex | None
    village_code: str
    has_ktp: bool | None
    has_kk: bool | None


def judge(
    row: Mapping[str, str],
    *,
    regions: Regions,
    area_code: str,
    today: date,
    age_min: int = AGE_MIN,
) -> Judged:
    """Read a row of a roster by its column names and say what is wrong with it.

    `area_code` is the region that the roster is for, at any level: `53`, `53.71`, `53.71.04`.
    """
    fields = {name: row[name].strip() for name in COLUMNS}
    for name in _NUMBERS:
        fields[name] = numbers.number_in(fields[name])
    read = _read(fields, today=today)
    findings = tuple(_illegible(fields))
    faulty = {each.field for each in findings}
    doubts = (
        _nik_refusal(fields["nik"], read),
        *_choice_refusals(read),
        birth_refusal(read.born_on, today=today, age_min=age_min),
        _village_refusal(read.village_code, regions=regions, area_code=area_code),
        numbers.shape_refusal(fields["no_kk"], field="no_kk"),
    )
    findings += tuple(each for each in doubts if each and each.field not in faulty)
    if findings:
        return Judged(None, findings)
    return Judged(_applicant(fields, read), tuple(_warnings(fields["nik"], read, regions)))


def village_in(text: str) -> str:
    """A village code with its dots, 53.71.04.1001, whether or not it was written with them."""
    digits = text.replace(".", "")
    return f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}.{digits[6:]}"


def _read(fields: Mapping[str, str], *, today: date) -> _Read:
    nik = fields["nik"]
    whole = numbers.shape_refusal(nik, field="nik") is None
    return _Read(
        registered=numbers.registered_as(nik, today=today) if whole else None,
        born_on=day_in(fields["tanggal_lahir"]),
        sex=_SEXES.get(fields["jenis_kelamin"].lower()),
        village_code=village_in(fields["kode_wilayah"]),
        has_ktp=_ANSWERS.get(fields["ktp"].lower()),
        has_kk=_ANSWERS.get(fields["kk"].lower()),
    )


def _illegible(fields: Mapping[str, str]) -> Iterator[Finding]:
    """Fields that are empty, too long, or hold what cannot be printed."""
    whole = "".join(fields.values())
    plain = whole.isprintable() and UNREADABLE not in whole  # all at once: few rows are not
    for name, text in fields.items():
        if not text and name not in OPTIONAL:
            yield refused(name, "field-missing", f"Kolom {name} kosong: isi dahulu.")
        elif len(text) > FIELD_CHARACTERS_MAX:
            yield refused(
                name, "field-malformed",
                f"Kolom {name} lebih dari {FIELD_CHARACTERS_MAX} huruf: singkatkan.",
            )  # fmt: skip
        elif not plain and any(_is_control(character) for character in text):
            yield refused(
                name, "field-malformed",
                f"Kolom {name} berisi baris baru atau tanda yang tidak terbaca: ketik ulang dalam "
                "satu baris.",
            )  # fmt: skip


def _is_control(character: str) -> bool:
    return character == UNREADABLE or unicodedata.category(character) == "Cc"


def _nik_refusal(nik: str, read: _Read) -> Finding | None:
    return numbers.shape_refusal(nik, field="nik") or numbers.nik_refusal(nik, read.registered)


def _choice_refusals(read: _Read) -> Iterator[Finding]:
    if read.sex is None:
        yield refused(
            "jenis_kelamin", "field-malformed",
            "Jenis kelamin tidak dikenal: tulis L (laki-laki) atau P (perempuan).",
        )  # fmt: skip
    for name, answer in (("ktp", read.has_ktp), ("kk", read.has_kk)):
        if answer is None:
            yield refused(
                name, "field-malformed", f"Isi kolom {name} tidak dikenal: tulis ya atau tidak."
            )


def birth_refusal(born_on: date | None, *, today: date, age_min: int) -> Finding | None:
    """Too young or too old on a day; None: no date at all."""
    field = "tanggal_lahir"
    if born_on is None:
        return refused(
            field, "date-malformed",
            "Tanggal lahir tidak terbaca atau tidak ada di kalender: tulis seperti 1985-12-31, "
            "31-12-1985 atau 31/12/1985.",
        )  # fmt: skip
    age = age_on(today, born_on=born_on)
    if age >= AGE_LIMIT:
        return refused(
            field, "too-old", f"Sudah berumur {AGE_LIMIT} tahun atau lebih: tidak bisa didaftarkan."
        )
    if age < age_min:
        return refused(
            field, "too-young", f"Belum berumur {age_min} tahun: daftarkan sesudah ulang tahunnya."
        )
    return None


def _village_refusal(village_code: str, *, regions: Regions, area_code: str) -> Finding | None:
    if village_code not in regions.villages:
        wrong = "Kode kelurahan atau desa ini tidak ada di NTT: cari kode yang benar."
    elif not f"{village_code}.".startswith(f"{area_code}."):
        wrong = f"Kelurahan atau desa ini di luar wilayah {area_code}: kirim di daftar wilayahnya."
    else:
        return None
    return refused("kode_wilayah", "village-unknown", wrong)


def _warnings(nik: str, read: _Read, regions: Regions) -> Iterator[Finding]:
    assert read.registered is not None  # noqa: S101  (refused before)
    if read.born_on != read.registered.born_on:
        yield warning(
            "tanggal_lahir", "birth-date-differs-from-nik",
            f"Tanggal lahir tidak sama dengan yang ada di dalam NIK: {_SEE_KTP}",
        )  # fmt: skip
    if read.sex != read.registered.sex:
        yield warning(
            "jenis_kelamin", "sex-differs-from-nik",
            f"Jenis kelamin tidak sama dengan yang ada di dalam NIK: {_SEE_KTP}",
        )  # fmt: skip
    if nik[: numbers.PREFIX_DIGITS] not in regions.nik_prefixes:
        yield warning(
            "nik", "nik-prefix-unknown",
            "Enam angka pertama NIK tidak ada di daftar kecamatan sekarang, mungkin kode lama "
            f"sebelum pemekaran: {_SEE_KTP}",
        )  # fmt: skip


def _applicant(fields: Mapping[str, str], read: _Read) -> Applicant:
    assert read.born_on is not None  # noqa: S101  (refused before, as what follows)
    assert read.sex is not None  # noqa: S101
    person = Person(
        nik=fields["nik"],
        name=fields["nama"],
        birth_place=fields["tempat_lahir"],
        born_on=read.born_on,
        sex=read.sex,
        mother=fields["nama_ibu"],
        kk=fields["no_kk"],
        address=fields["alamat"],
        occupation=fields["pekerjaan"],
        phone=fields["no_hp"],
    )
    return Applicant(person, read.village_code, read.has_ktp is True, read.has_kk is True)
