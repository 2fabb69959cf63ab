"""Codes of places, by Kepmendagri: province.regency.kecamatan.village."""


def region_of(code: str) -> str:
    """The kabupaten or kota of a kecamatan or village: quotas and commitments are kept by it."""
    return code[:5]


def district_of(village_code: str) -> str:
    """The kecamatan of a village."""
    return village_code[:8]
