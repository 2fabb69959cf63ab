"""What the rows of a file show beside each other and beside the members, chunk after chunk."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from services.enrollment.operations.rosters.staging import Judged, Passed
from services.enrollment.operations.rosters.working import Ahead, Work
from services.enrollment.queries import people, row_findings
from services.enrollment.queries import rosters as queries
from services.enrollment.rules.applicants import Finding, finding
from services.enrollment.rules.applicants.in_file import InFile


@dataclass
class Met:
    """Who came in the chunks of a roster so far."""

    in_file: InFile[bytes]
    kk_members_max: int
    beside_members: Counter[bytes] = field(default_factory=Counter)
    """Fit rows on each family card that has members already."""
    chunks: int = 0

    def rows(self, passed: Mapping[int, Passed]) -> Iterator[tuple[int, Finding]]:
        """Meet rows that are right by themselves: what those before say about each."""
        for number, row in passed.items():
            for found in self.in_file.meet(
                nik=row.hashes.nik,
                kk=row.hashes.kk,
                family=row.hashes.family,
                name=row.who.person.name,
            ):
                yield number, found

    def families(
        self, fit: Mapping[int, Passed], *, members: Mapping[bytes, int]
    ) -> Iterator[tuple[int, Finding]]:
        """Meet fit rows with the members on their family cards: more than so many are a crowd."""
        for number, row in fit.items():
            beside = members.get(row.hashes.kk, 0)
            if beside:
                self.beside_members[row.hashes.kk] += 1
                if beside + self.beside_members[row.hashes.kk] > self.kk_members_max:
                    yield number, finding("kk-crowded")


@dataclass
class Passes:
    """What is remembered between two chunks: only of one roster, and only in memory.

    Whoever takes it puts it back when the chunk is done. When that fails, or after a restart, or
    when another process did a chunk meanwhile, it is made again from the chunks that have verdicts.
    """

    ahead: Ahead[Judged] = field(default_factory=Ahead)
    _roster_id: UUID | None = None
    _met: Met | None = None

    def take(self, roster_id: UUID, *, chunks: int) -> Met | None:
        """What was met in so many chunks of this roster; None when that is not what is known."""
        met, self._met = self._met, None
        return met if met and self._roster_id == roster_id and met.chunks == chunks else None

    def put(self, roster_id: UUID, met: Met) -> None:
        """Remember it until the next chunk."""
        self._roster_id, self._met = roster_id, met


async def met_before(work: Work) -> Met:
    """Who came in the chunks that have verdicts, from the chunks themselves."""
    most = work.tools.kk_members_max
    met = Met(InFile(kk_members_max=most), most)
    async for chunk in queries.validated_chunks(work.unit.session, work.roster.roster_id):
        rows = await work.judged(chunk)
        _told(met.rows(rows.passed))
        fit = await _fit(work, rows)
        _told(met.families(fit, members=await members_beside(work, fit)))
        met.chunks += 1
    return met


async def members_beside(work: Work, fit: Mapping[int, Passed]) -> dict[bytes, int]:
    """How many members the family cards of these rows have."""
    return await people.members_by_kk(
        work.unit.session, [row.hashes.kk for row in fit.values()], this_month=work.this_month
    )


async def _fit(work: Work, rows: Judged) -> dict[int, Passed]:
    verdicts = await row_findings.verdicts(
        work.unit.session, work.roster.roster_id, list(rows.passed)
    )
    refused = {number for number, verdict in verdicts.items() if verdict.refused}
    return {number: row for number, row in rows.passed.items() if number not in refused}


def _told(found: Iterable[tuple[int, Finding]]) -> None:
    """Nobody asks again what was found before: meeting is enough."""
    for _ in found:
        pass
