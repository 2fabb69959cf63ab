"""Why somebody is not covered: gather what is known of one person, and explain it.

The person is known by a hash of the NIK alone. Whether a NIK belongs to a member or to somebody who
died is asked of every area; all else only of the caller's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.local_time import local_day
from chassis.state.unit import Unit
from chassis.web.access import Caller
from services.enrollment.adapters import Tools
from services.enrollment.models import Worker
from services.enrollment.operations.programmes import known_programme
from services.enrollment.operations.register import note_readings
from services.enrollment.operations.rosters.naming import Naming, latest_naming
from services.enrollment.queries import people, programmes
from services.enrollment.queries import why_not as queries
from services.enrollment.rules import why_not as rules
from services.enrollment.rules.applicants import COLUMNS, Finding, Regions, judge, village_in
from services.enrollment.rules.applicants.numbers import number_in
from services.enrollment.rules.intake import Known
from services.enrollment.rules.months import month_of
from services.enrollment.rules.places import region_of
from services.enrollment.rules.why_not import Actor, Facts, Left, Outcome, Standing, Step

WHAT = "why not"
_REGENCY_LENGTH = len("53.71")


class Asked(NamedTuple):
    """Who is asked about: cells by the column names of a roster, the NIK among them; and why."""

    programme_id: UUID
    cells: Mapping[str, str]
    reason: str


class RuleStanding(BaseModel):
    """One rule and how it stands for the person."""

    rule: str
    outcome: Outcome
    sentence: str
    """In Indonesian: what is so, and what to do."""
    bring: str
    """What to bring or to send."""
    acts: Actor
    since: date | None
    """The local day since which it waits."""


class WhyNot(BaseModel):
    """Where a person stands, whose turn it is, and every rule from the first to the card."""

    standing: Standing
    covered: bool
    """Now; with one to three months owed too."""
    waits_for: RuleStanding
    """What keeps the person from the next thing; once nothing does, the cover itself."""
    worker_id: UUID | None
    """Of a member in the caller's area."""
    roster_id: UUID | None
    """The latest roster that named the person and can still be looked at."""
    row: int | None
    rules: list[RuleStanding]


async def why_not(unit: Unit, asked: Asked, *, by: Caller, tools: Tools) -> WhyNot:
    """Explain how one person stands; looking a known person up is put on record.

    Raises: ProgrammeUnknown.
    """
    await known_programme(unit.session, asked.programme_id)
    inquiry = _Inquiry(unit, asked, by, tools)
    async with unit.everywhere():
        known, naming = await inquiry.known(), await inquiry.naming()
        if known is not None:
            await note_readings(unit, [known.worker_id], by=by, reason=asked.reason, what=WHAT)
    worker = None if known is None else await queries.worker(unit.session, known.worker_id)
    facts = await inquiry.facts(known, naming, worker)
    return _answer(rules.explain(facts), facts, worker_id=worker.worker_id if worker else None)


@dataclass(frozen=True)
class _Inquiry:
    """One question, and what it takes to answer it."""

    unit: Unit
    asked: Asked
    by: Caller
    tools: Tools

    @property
    def nik_hash(self) -> bytes:
        return self.tools.identities.nik_hash(number_in(self.asked.cells["nik"]))

    @property
    def today(self) -> date:
        return local_day(self.unit.now)

    async def known(self) -> Known | None:
        """Whose NIK it is."""
        found = await people.known(
            self.unit.session,
            [self.nik_hash],
            programme_id=self.asked.programme_id,
            this_month=month_of(self.today),
        )
        return found.get(self.nik_hash)

    async def naming(self) -> Naming | None:
        """The latest row that named the person."""
        return await latest_naming(
            self.unit.session,
            self.nik_hash,
            self.asked.programme_id,
            by=self.by,
            tools=self.tools,
        )

    async def facts(
        self, known: Known | None, naming: Naming | None, worker: Worker | None
    ) -> Facts:
        """All that the answer rests on; what is asked with takes the place of what a row says."""
        session, this_month = self.unit.session, month_of(self.today)
        cells = {**(naming.cells if naming else {}), **self.asked.cells}
        area_code = naming.roster.region_code if naming else self.by.area
        region_code = _region(cells, by=self.by, regions=self.tools.regions)
        place = None
        if worker is not None:
            place = await queries.place(
                session, worker, self.asked.programme_id, this_month=this_month
            )
        return Facts(
            today=self.today,
            this_month=this_month,
            given=frozenset(cells),
            findings=_judged(cells, area_code=area_code, today=self.today, tools=self.tools),
            left=await _left(
                session, self.asked.programme_id, region_code=region_code, this_month=this_month
            ),
            dead=known is not None and known.dead,
            member=known is not None and known.member,
            erased_on=local_day(worker.erased_at) if worker and worker.erased_at else None,
            proposal=naming.proposal if naming else None,
            place=place,
        )


def _judged(
    cells: Mapping[str, str], *, area_code: str, today: date, tools: Tools
) -> tuple[Finding, ...]:
    """What the known cells show by themselves; of the others nothing is held against anybody."""
    row = {name: cells.get(name, "") for name in COLUMNS}
    judged = judge(
        row, regions=tools.regions, area_code=area_code, today=today, age_min=tools.age_min
    )
    return tuple(each for each in judged.findings if each.field in cells)


def _region(cells: Mapping[str, str], *, by: Caller, regions: Regions) -> str | None:
    """The kabupaten or kota whose quota it is about, when it is known."""
    village_code = village_in(cells.get("kode_wilayah", "").strip())
    if village_code in regions.villages:
        return region_of(village_code)
    return region_of(by.area) if len(by.area) >= _REGENCY_LENGTH else None


async def _left(
    session: AsyncSession, programme_id: UUID, *, region_code: str | None, this_month: str
) -> Left:
    capacity = await programmes.capacity(session, programme_id)
    _, months = capacity.months(this_month=this_month)
    return Left(
        closed=capacity.closed,
        over=months == 0,
        place=None if region_code is None else capacity.places.get(region_code, 0) > 0,
        money=capacity.money >= months * capacity.month,
    )


def _answer(explained: rules.Explanation, facts: Facts, *, worker_id: UUID | None) -> WhyNot:
    proposal = facts.proposal if facts.place is None else None
    return WhyNot(
        standing=explained.standing,
        covered=explained.covered,
        waits_for=_told(explained.waits),
        worker_id=worker_id,
        roster_id=proposal.roster_id if proposal else None,
        row=proposal.row_number if proposal else None,
        rules=[_told(step) for step in explained.steps],
    )


def _told(step: Step) -> RuleStanding:
    return RuleStanding(**step._asdict())
