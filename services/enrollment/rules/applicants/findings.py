"""What can be wrong with a row: a stable slug for programs, a sentence for the officer."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

RowSlug = Literal[
    "field-missing", "field-malformed", "nik-malformed", "nik-in-scientific-notation",
    "date-malformed", "too-old", "too-young", "village-unknown",
    "birth-date-differs-from-nik", "sex-differs-from-nik", "nik-prefix-unknown",
]  # fmt: skip
"""What a row shows by itself: see `judge`."""
StandingSlug = Literal[
    "nik-twice-in-file", "already-member", "person-dead", "quota-exhausted", "budget-exhausted",
    "programme-over", "programme-closed", "left-out-by-checker",
    "kk-crowded", "possible-duplicate",
]  # fmt: skip
"""What follows from other rows, from the members there are, or from the programme."""
Slug = Literal[RowSlug, StandingSlug]
Severity = Literal["refused", "warning"]


class Finding(NamedTuple):
    """One thing wrong with a row; the reason never holds personal data.

    A warning is for a person to decide; a refused row can be corrected and sent again.
    """

    severity: Severity
    field: str
    """The column at fault."""
    slug: Slug
    reason: str
    """In Indonesian: what is wrong, and what to do."""


def refused(field: str, slug: Slug, reason: str) -> Finding:
    """A finding that keeps the row out."""
    return Finding("refused", field, slug, reason)


def warning(field: str, slug: Slug, reason: str) -> Finding:
    """A finding that a person decides."""
    return Finding("warning", field, slug, reason)


def finding(slug: StandingSlug) -> Finding:
    """The finding whose words are the same for every row."""
    return _STANDING[slug]


MEMBERSHIP_ENDED = refused(
    "nik", "already-member",
    "Kepesertaan orang dengan NIK ini dalam program ini sudah berakhir dan tidak bisa dibuka lagi: "
    "hapus barisnya, usulkan dalam program berikutnya.",
)  # fmt: skip
"""`already-member` of somebody whose place in this very programme was given up."""
_STANDING: Mapping[StandingSlug, Finding] = {
    "nik-twice-in-file": refused(
        "nik", "nik-twice-in-file", "NIK ini sudah ada di baris lain: simpan satu baris saja."
    ),
    "already-member": refused(
        "nik", "already-member", "Orang dengan NIK ini sudah menjadi peserta: hapus barisnya."
    ),
    "person-dead": refused(
        "nik", "person-dead",
        "Orang dengan NIK ini tercatat meninggal: hapus barisnya, atau urus ke Disdukcapil "
        "kalau keliru.",
    ),
    "quota-exhausted": refused(
        "nik", "quota-exhausted",
        "Kuota kabupaten atau kota ini sudah habis: minta provinsi menambahnya.",
    ),
    "budget-exhausted": refused(
        "nik", "budget-exhausted",
        "Anggaran program ini sudah habis terikat: minta provinsi menambahnya.",
    ),
    "programme-over": refused(
        "nik", "programme-over",
        "Tidak ada lagi bulan yang dibayar program ini: tunggu program berikutnya.",
    ),
    "programme-closed": refused(
        "nik", "programme-closed",
        "Program ini sudah ditutup: tanyakan program penggantinya kepada provinsi.",
    ),
    "left-out-by-checker": refused(
        "nik", "left-out-by-checker",
        "Pemeriksa tidak meloloskan baris ini: tanyakan alasannya kepada pemeriksa.",
    ),
    "kk-crowded": warning(
        "no_kk", "kk-crowded",
        "Terlalu banyak orang pada KK ini: pastikan semuanya memang satu keluarga.",
    ),
    "possible-duplicate": warning(
        "nama", "possible-duplicate",
        "Nama, tanggal lahir dan nama ibu mirip dengan orang lain yang NIK-nya berbeda: pastikan "
        "bukan orang yang sama.",
    ),
}  # fmt: skip
