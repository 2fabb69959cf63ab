"""Codes of places, by Kepmendagri: province.regency.kecamatan.village."""


def region_of(code: str) -> str:
    """The kabupaten or kota of a kecamatan or village: quotas and commitments are kept by it."""
    return code[:5]


def district_of(village_code: str) -> str:
    """The kecamatan of a village."""
    return village_code[:8]


def lies_in(code: str, *, area: str) -> bool:
    """Whether a place is the area or lies in it: 53.71 holds 53.71.04, not 53.710."""
    return code == area or code.startswith(f"{area}.")
