"""How many workers each kecamatan sends."""

from collections.abc import Mapping, Sequence

from tameng.demo import places


def heads_by_district(workers: int, regions: Sequence[str]) -> Mapping[str, int]:
    """So many workers over the kecamatan of these kabupaten: one each, the others by how many
    villages it has, the largest remainders rounded up (Hare's quota). In the order of the codes.

    ValueError when there are fewer workers than kecamatan.
    """
    villages = {
        district: len(places.villages(area=district))
        for region in regions
        for district in places.districts(area=region)
    }
    spare, every = workers - len(villages), sum(villages.values())
    if spare < 0:
        raise ValueError(f"{workers} workers are too few for {len(villages)} kecamatan")
    heads = {district: 1 + spare * count // every for district, count in villages.items()}
    by_remainder = sorted(villages, key=lambda district: -(spare * villages[district] % every))
    for district in by_remainder[: workers - sum(heads.values())]:
        heads[district] += 1
    return heads
