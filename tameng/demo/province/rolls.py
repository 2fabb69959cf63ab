"""The rosters of the province: one file of each kabupaten and kota, with the usual mistakes in it.

The same seed, date and number of workers always give the same bytes. Nobody in them exists (see
`tameng.demo.people`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from tameng.demo import places
from tameng.demo.claim_files import Death
from tameng.demo.people import Census, Worker
from tameng.demo.province.deaths import deaths
from tameng.demo.province.shares import heads_by_district
from tameng.demo.roster import drawn_papers
from tameng.demo.rows import mistakes, row, written


@dataclass(frozen=True, slots=True)
class Roll:
    """The file of one kabupaten or kota, and what must come of it."""

    region_code: str
    content: bytes
    workers: int
    """Good rows."""
    with_both_papers: int
    refused: Mapping[str, int]
    """Rows that must come back, by slug."""


@dataclass(frozen=True, slots=True)
class Rolls:
    """All files, and who of the workers dies."""

    files: tuple[Roll, ...]
    heads: Mapping[str, int]
    """Workers by kecamatan."""
    deaths: tuple[Death, ...]

    @property
    def workers(self) -> int:
        """Good rows of all files."""
        return sum(roll.workers for roll in self.files)


def generate(workers: int, *, seed: int, on: date, regions: Sequence[str] | None = None) -> Rolls:
    """Rosters of so many good rows, over the whole province or over these kabupaten; ages hold on
    the date. ValueError for fewer workers than kecamatan.
    """
    chance = Random(seed)  # noqa: S311  (a story that can be told again, not a secret)
    census = Census(chance=chance, on=on)
    regions = places.regions() if regions is None else regions
    heads = heads_by_district(workers, regions)
    settled: list[Worker] = []
    files: list[Roll] = []
    for region in regions:
        census.area = region
        own = {code: count for code, count in heads.items() if code.startswith(f"{region}.")}
        living = _settled(census, own)
        files.append(_roll(census, living))
        settled += living
    return Rolls(tuple(files), heads, deaths(settled, chance))


def _settled(census: Census, heads: Mapping[str, int]) -> list[Worker]:
    """The workers of a kabupaten, village by village."""
    chance = census.chance
    workers: list[Worker] = []
    for district, count in heads.items():
        homes = Counter(chance.choices(places.villages(area=district), k=count))
        for village_code in sorted(homes):
            workers += census.village(village_code, drawn_papers(homes[village_code], chance))
    return workers


def _roll(census: Census, workers: Sequence[Worker]) -> Roll:
    planted = mistakes(census, listed=workers[0])
    rows = [row(worker) for worker in workers]
    for mistake in planted:
        rows.insert(census.chance.randint(1, len(rows)), mistake.row)
    return Roll(
        region_code=census.area,
        content=written(rows).encode(),
        workers=len(workers),
        with_both_papers=sum(worker.papers.ktp and worker.papers.kk for worker in workers),
        refused=Counter(mistake.slug for mistake in planted),
    )
