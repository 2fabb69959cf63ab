"""Rows of rosters for tests: made-up workers of Oebobo, each with a NIK of their own."""

import csv
import io
from collections.abc import Iterable, Sequence

from services.enrollment.rules.applicants import COLUMNS

Row = dict[str, str]
VILLAGE = "53.71.04.1001"
DISTRICT = "53.71.04"
REGION = "53.71"


def nik(number: int) -> str:
    """A well-formed NIK that no other number gives: born on 15 March 1985."""
    return f"537104150385{number:04d}"


def row(number: int, **changed: str) -> Row:
    """The row of the worker of this number, with other words in some columns."""
    return {
        "nik": nik(number),
        "nama": f"Yohanes Tefa{number:04d}",
        "tempat_lahir": "Kupang",
        "tanggal_lahir": "1985-03-15",
        "jenis_kelamin": "L",
        "nama_ibu": f"Maria Nubatonis{number:04d}",
        "no_kk": f"537104010120{number:04d}",
        "alamat": f"Jalan Cendana {number:04d}",
        "kode_wilayah": VILLAGE,
        "pekerjaan": "nelayan",
        "no_hp": "",
        "ktp": "ya",
        "kk": "ya",
    } | changed


def rows(first: int, count: int) -> list[Row]:
    """The rows of as many workers, numbered from the first."""
    return [row(number) for number in range(first, first + count)]


def sheet(
    of: Iterable[Row], *, columns: Sequence[str] = COLUMNS, delimiter: str = ",", bom: bool = False
) -> bytes:
    """The rows as a spreadsheet saves them."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, delimiter=delimiter, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(of)
    return text.getvalue().encode("utf-8-sig" if bom else "utf-8")
