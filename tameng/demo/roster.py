"""The rosters of the demonstration: 2,525 workers of Kota Kupang, and files as offices export them.

The same seed and date always give the same bytes. Nobody in them exists (see `people.py`).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from tameng.demo import places
from tameng.demo.people import AGE_MAX, AGE_MIN, Census, Papers, Worker, years_before
from tameng.demo.rows import COLUMNS, Mistake, Row, mistakes, row, written

WORKERS: Final = 2_525
WORKERS_OEBOBO: Final = 377
WORKERS_LATE: Final = 5
"""Those of the second file."""
WORKERS_OVER_QUOTA: Final = 2
"""Those of the second file who already stand last in the first, where the quota is used up."""
PAPERS_COMPLETE: Final = 1_400
_PAPERS: Final = (
    (Papers(ktp=True, kk=True), PAPERS_COMPLETE),
    (Papers(ktp=True, kk=False), 585),
    (Papers(ktp=False, kk=True), 315),
    (Papers(ktp=False, kk=False), 225),
)
_BORDER_CASES: Final = 2
_LATE_OEBOBO: Final = 2
_LATE_AGE_MAX: Final = 60
"""The second file comes months later: nobody in it may have grown too old by then."""
_MISTAKES_FROM: Final = 50
"""Rows from the top that stay free of mistakes."""
_VILLAGE_WORKERS_MIN: Final = 10


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that must come back: its number as a spreadsheet shows it (the header is row 1)."""

    row_no: int
    field: str
    """The column at fault; empty where no column is (`quota-exhausted`)."""
    slug: str


@dataclass(frozen=True, slots=True)
class DemoRosters:
    """Both files, who is in them, and what must be refused."""

    first: bytes
    """2,520 good rows, mistakes among them, and two good ones last. Comma, UTF-8 without BOM."""
    second: bytes
    """Five good rows. Semicolon, UTF-8 with BOM, other column order, 21/07/2025, codes undotted."""
    early: tuple[Worker, ...]
    """The 2,520 of the first file."""
    late: tuple[Worker, ...]
    """The five of the second; the first two of them are refused from the first file."""
    refused: tuple[RefusedRow, ...]
    """The rows of the first file that come back; none of the second does."""

    @property
    def workers(self) -> tuple[Worker, ...]:
        """All 2,525."""
        return self.early + self.late

    @property
    def refused_expected(self) -> dict[str, int]:
        """How many rows come back, by slug."""
        return dict(Counter(refused.slug for refused in self.refused))


def generate(*, seed: int, on: date) -> DemoRosters:
    """The demonstration's rosters; ages hold on the date.

    Of the 2,525: 377 in kecamatan Oebobo, every kelurahan of the city covered, 1,400 with copies of
    both KTP and KK. One turns 17 on the date, one 65 the day after. Of a NIK that is in the file
    twice the first row is good. The mistakes lie among the good rows, all in the city; the two rows
    over the quota of 2,520 are last.
    """
    chance = Random(seed)  # noqa: S311 a story that can be told again, not a secret
    census = Census(chance=chance, on=on)
    workers = _workers(census)
    late = _late(workers, census)
    late_niks = {worker.nik for worker in late}
    early = tuple(worker for worker in workers if worker.nik not in late_niks)
    rows, refused = _first_file(census, early=early, over_quota=late[:WORKERS_OVER_QUOTA])
    return DemoRosters(
        first=written(rows).encode(),
        second=_second_file(late),
        early=early,
        late=late,
        refused=refused,
    )


def large(count: int, *, seed: int, on: date) -> bytes:
    """A roster of `count` good rows for measuring, spread over all kelurahan of Kota Kupang.

    Same form as `DemoRosters.first`; ValueError for fewer rows than ten a kelurahan.
    """
    chance = Random(seed)  # noqa: S311 a load that can be made again, not a secret
    census = Census(chance=chance, on=on)
    workers = _settled(census, places.villages(), drawn_papers(count, chance))
    return written(row(worker) for worker in workers).encode()


def drawn_papers(count: int, chance: Random) -> list[Papers]:
    """Papers of so many workers, as they are spread over the 2,525 of Kota Kupang."""
    kinds = [papers for papers, _ in _PAPERS]
    return chance.choices(kinds, [weight for _, weight in _PAPERS], k=count)


def _workers(census: Census) -> list[Worker]:
    """All 2,525 by kelurahan, but first the two on the borders of the age limits."""
    youngest = years_before(census.on, AGE_MIN)
    oldest = years_before(census.on, AGE_MAX + 1) + timedelta(days=1)
    papers = [kind for kind, count in _PAPERS for _ in range(count)]
    papers = papers[_BORDER_CASES:]  # the two on the borders have both papers
    census.chance.shuffle(papers)
    oebobo = places.villages(area=places.OEBOBO)
    others = [code for code in places.villages() if code not in oebobo]
    settled = [
        *_settled(census, others, papers[WORKERS_OEBOBO:]),
        *_settled(census, oebobo, papers[:WORKERS_OEBOBO]),
    ]
    return [
        census.worker(others[0], born_on=youngest),
        census.worker(others[0], born_on=oldest),
        *sorted(settled, key=lambda worker: worker.village_code),
    ]


def _settled(census: Census, villages: Sequence[str], papers: Sequence[Papers]) -> list[Worker]:
    """A worker for each element of `papers`, spread unevenly over the villages."""
    workers: list[Worker] = []
    start = 0
    sizes = _sizes(len(papers), len(villages), chance=census.chance)
    for village_code, size in zip(villages, sizes, strict=True):
        workers += census.village(village_code, list(papers[start : start + size]))
        start += size
    return workers


def _sizes(total: int, parts: int, *, chance: Random) -> list[int]:
    """The total cut into parts of at least ten; ValueError when it is too small for that."""
    spare = total - parts * _VILLAGE_WORKERS_MIN
    if spare < 0:
        raise ValueError(f"{total} workers are too few for {parts} villages")
    cuts = sorted(chance.randint(0, spare) for _ in range(parts - 1))
    edges = [0, *cuts, spare]
    return [_VILLAGE_WORKERS_MIN + edges[n + 1] - edges[n] for n in range(parts)]


def _late(workers: Sequence[Worker], census: Census) -> tuple[Worker, ...]:
    """The five of the second file: two of Oebobo, three of elsewhere."""
    born_after = years_before(census.on, _LATE_AGE_MAX)
    eligible = [worker for worker in workers[_BORDER_CASES:] if worker.born_on > born_after]
    in_oebobo = [worker for worker in eligible if worker.village_code.startswith(places.OEBOBO)]
    elsewhere = [worker for worker in eligible if not worker.village_code.startswith(places.OEBOBO)]
    return (
        *census.chance.sample(elsewhere, WORKERS_LATE - _LATE_OEBOBO),
        *census.chance.sample(in_oebobo, _LATE_OEBOBO),
    )


def _first_file(
    census: Census, *, early: Sequence[Worker], over_quota: Sequence[Worker]
) -> tuple[list[Row], tuple[RefusedRow, ...]]:
    """The rows of the first file, and which of them must come back."""
    planted = mistakes(census, listed=early[0])
    census.chance.shuffle(planted)
    before = census.chance.sample(range(_MISTAKES_FROM, len(early)), len(planted))
    mistake_before: dict[int, Mistake] = dict(zip(before, planted, strict=True))
    rows: list[Row] = []
    refused: list[RefusedRow] = []
    for index, worker in enumerate(early):
        if index in mistake_before:
            mistake = mistake_before[index]
            rows.append(mistake.row)
            refused.append(RefusedRow(len(rows) + 1, mistake.field, mistake.slug))
        rows.append(row(worker))
    for worker in over_quota:
        rows.append(row(worker))
        refused.append(RefusedRow(len(rows) + 1, "", "quota-exhausted"))
    return rows, tuple(refused)


def _second_file(late: Sequence[Worker]) -> bytes:
    rows = [
        row(worker, date_format="%d/%m/%Y") | {"kode_wilayah": worker.village_code.replace(".", "")}
        for worker in late
    ]
    columns = [*reversed(COLUMNS)]
    return written(rows, columns=columns, delimiter=";").encode("utf-8-sig")
