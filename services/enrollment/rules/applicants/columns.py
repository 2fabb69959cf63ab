"""The columns of a roster, and which cells of a sender's sheet they are."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

COLUMNS = (
    "nik", "nama", "tempat_lahir", "tanggal_lahir", "jenis_kelamin", "nama_ibu", "no_kk",
    "alamat", "kode_wilayah", "pekerjaan", "no_hp", "ktp", "kk",
)  # fmt: skip
OPTIONAL = frozenset({"no_hp"})
REQUIRED = tuple(name for name in COLUMNS if name not in OPTIONAL)

_WORD = re.compile(r"[a-z0-9]+")
_HEADERS_KEPT = 64
"""Headers of senders whose columns are remembered: every row of one file has the same."""


def column_name(header: str) -> str:
    """A header cell as we write it: `Tanggal Lahir`, `TANGGAL_LAHIR`, `tanggal-lahir` are one."""
    return "_".join(_WORD.findall(header.lower()))


def fields_of(columns: tuple[str, ...], cells: Sequence[str]) -> dict[str, str]:
    """A row by the names of COLUMNS, given the sender's header; what he left out is empty."""
    return {
        name: cells[place] if place is not None and place < len(cells) else ""
        for name, place in _places(columns).items()
    }


@lru_cache(_HEADERS_KEPT)
def _places(columns: tuple[str, ...]) -> Mapping[str, int | None]:
    names = [column_name(header) for header in columns]
    return {name: names.index(name) if name in names else None for name in COLUMNS}
