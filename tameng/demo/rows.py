"""Roster rows as district offices write them, good ones and the usual mistakes."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from tameng.demo import places
from tameng.demo.people import AGE_MAX, AGE_MIN, Census, Worker, years_before

Row = dict[str, str]

COLUMNS: Final = (
    "nik",
    "nama",
    "tempat_lahir",
    "tanggal_lahir",
    "jenis_kelamin",
    "nama_ibu",
    "no_kk",
    "alamat",
    "kode_wilayah",
    "pekerjaan",
    "no_hp",
    "ktp",
    "kk",
)

VILLAGE_UNKNOWN: Final = "53.71.04.1012"
"""A number that Oebobo skips: its kelurahan go from 1011 to 1013."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A row that must be refused, for one reason."""

    row: Row
    field: str
    slug: str


def row(worker: Worker, *, date_format: str = "%Y-%m-%d") -> Row:
    """The row of a worker, under the names of COLUMNS."""
    return {
        "nik": worker.nik,
        "nama": worker.name,
        "tempat_lahir": worker.birth_place,
        "tanggal_lahir": worker.born_on.strftime(date_format),
        "jenis_kelamin": worker.sex,
        "nama_ibu": worker.mother_name,
        "no_kk": worker.kk_no,
        "alamat": worker.address,
        "kode_wilayah": worker.village_code,
        "pekerjaan": worker.occupation,
        "no_hp": worker.phone,
        "ktp": "ya" if worker.papers.ktp else "tidak",
        "kk": "ya" if worker.papers.kk else "tidak",
    }


def written(rows: Iterable[Row], *, columns: Sequence[str] = COLUMNS, delimiter: str = ",") -> str:
    """The rows as CSV with a header."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def mistakes(census: Census, *, listed: Worker) -> list[Mistake]:
    """One row for each usual mistake; `listed` is the worker who is in the file twice."""

    def spoiled(field: str, value: str, slug: str) -> Mistake:
        return Mistake(row(census.worker(_any_village(census))) | {field: value}, field, slug)

    nik = census.worker(_any_village(census)).nik
    return [
        spoiled("nik", nik[:-1], "nik-malformed"),
        spoiled("nik", f"{nik[:-1]}O", "nik-malformed"),
        spoiled("nik", "5,371E+15", "nik-in-scientific-notation"),
        spoiled("nik", "5.37104E+15", "nik-in-scientific-notation"),
        Mistake(row(replace(listed, address="Jl. Nangka No. 5")), "nik", "nik-twice-in-file"),
        *_wrong_ages(census),
        spoiled("kode_wilayah", VILLAGE_UNKNOWN, "village-unknown"),
        spoiled("tanggal_lahir", "1985-02-30", "date-malformed"),
        spoiled("nama", "", "field-missing"),
        spoiled("nama_ibu", "", "field-missing"),
    ]


def _wrong_ages(census: Census) -> list[Mistake]:
    """65 today, 71, and 17 only tomorrow."""
    births = (
        (years_before(census.on, AGE_MAX + 1), "too-old"),
        (years_before(census.on, 71), "too-old"),
        (years_before(census.on, AGE_MIN) + timedelta(days=1), "too-young"),
    )
    return [
        Mistake(row(census.worker(_any_village(census), born_on=born_on)), "tanggal_lahir", slug)
        for born_on, slug in births
    ]


def _any_village(census: Census) -> str:
    return census.chance.choice(places.villages(area=census.area))
