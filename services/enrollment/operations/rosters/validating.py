"""Give every row of a roster its verdict, a chunk at a time; nobody becomes a member by it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from chassis.failpoints import failpoint
from chassis.local_time import local_day
from chassis.state.unit import Unit
from services.enrollment.adapters import Tools
from services.enrollment.models import Roster
from services.enrollment.operations.people import opened
from services.enrollment.operations.rosters.meeting import (
    Met,
    Passes,
    members_beside,
    met_before,
)
from services.enrollment.operations.rosters.staging import (
    Judged,
    Passed,
    keep_findings,
    ready,
    row_of,
)
from services.enrollment.operations.rosters.standing import lineage_of
from services.enrollment.operations.rosters.working import Work
from services.enrollment.queries import people, programmes, row_findings
from services.enrollment.queries import rosters as queries
from services.enrollment.rules import rosters as rules
from services.enrollment.rules.applicants import Finding, finding
from services.enrollment.rules.applicants.spelling import names_alike
from services.enrollment.rules.intake import Intake, Known
from services.enrollment.rules.months import month_of
from services.enrollment.rules.places import region_of


@dataclass
class Verdicts:
    """What is found about the rows of a chunk."""

    refused: dict[int, list[Finding]] = field(default_factory=dict)
    warned: dict[int, list[Finding]] = field(default_factory=dict)
    others: dict[int, UUID] = field(default_factory=dict)

    def add(self, number: int, found: Finding) -> None:
        """Note it; what is refused needs no warnings."""
        if found.severity == "refused":
            self.warned.pop(number, None)
            self.others.pop(number, None)
            self.refused.setdefault(number, []).append(found)
        elif number not in self.refused and found not in self.warned.get(number, ()):
            self.warned.setdefault(number, []).append(found)

    def fit(self, rows: Judged) -> dict[int, Passed]:
        """The rows that nothing refuses so far."""
        return {n: passed for n, passed in rows.passed.items() if n not in self.refused}

    def all(self) -> Mapping[int, list[Finding]]:
        """Refusals and warnings, by row."""
        return self.refused | self.warned


async def validate_rows(unit: Unit, *, tools: Tools, passes: Passes) -> bool:
    """Validate the next chunk of the roster that has waited longest; tell whether there was one.

    Verdicts and progress are one transaction: after a crash it goes on where it stopped.
    """
    roster = await queries.roster_to_validate(unit.session)
    if roster is None:
        return False
    await validate_next(unit, roster, tools=tools, passes=passes)
    return True


async def validate_next(unit: Unit, roster: Roster, *, tools: Tools, passes: Passes) -> None:
    """Validate the next chunk of a roster; the last one makes the roster ready to be decided."""
    chunk = await queries.chunk_to_validate(unit.session, roster.roster_id)
    if chunk is not None:
        work = await Work.on(unit, roster, tools=tools)
        met = passes.take(roster.roster_id, chunks=chunk.chunk) or await met_before(work)
        rows = await work.ahead(chunk, passes.ahead, work.judging.chunk)
        verdicts = await _verdicts(work, rows, met=met)
        await keep_findings(
            unit, roster.roster_id, rows, verdicts.all(),
            cipher=work.cipher, others=verdicts.others,
        )  # fmt: skip
        fit = verdicts.fit(rows)
        await queries.chunk_validated(
            unit.session,
            roster.roster_id,
            chunk.chunk,
            fit=Counter(region_of(each.who.village_code) for each in fit.values()),
            ready=work.cipher.seal_ready([ready(n, each) for n, each in fit.items()]),
        )
        met.chunks += 1
        passes.put(roster.roster_id, met)
        await failpoint("rosters.chunk-validated")
    if chunk is None or not await queries.chunks_left(unit.session, roster.roster_id):
        await _finish(unit, roster)


async def _verdicts(work: Work, rows: Judged, *, met: Met) -> Verdicts:
    verdicts = Verdicts()
    for number, found in rows.findings.items():
        for each in found:
            verdicts.add(number, each)
    for number, each in met.rows(rows.passed):
        verdicts.add(number, each)
    known = await people.known(
        work.unit.session,
        [passed.hashes.nik for passed in rows.passed.values()],
        programme_id=work.roster.programme_id,
        this_month=work.this_month,
    )
    await _take_places(work, rows, verdicts, known=known)
    await _meet_members(work, rows, verdicts, met=met, known=known)
    return verdicts


async def _take_places(
    work: Work, rows: Judged, verdicts: Verdicts, *, known: Mapping[bytes, Known]
) -> None:
    """Refuse whom the programme cannot take, after the chunks before: a forecast, without lock."""
    session, roster = work.unit.session, work.roster
    capacity = await programmes.capacity(session, roster.programme_id)
    for region_code, heads in (await queries.fit_so_far(session, roster.roster_id)).items():
        capacity.spend(region_code=region_code, heads=heads, this_month=work.this_month)
    intake = Intake(capacity=capacity, known=known, this_month=work.this_month)
    intake.decide(
        [row_of(n, passed) for n, passed in verdicts.fit(rows).items()],
        refuse=lambda row, found: verdicts.add(row.number, found),
    )


async def _meet_members(
    work: Work, rows: Judged, verdicts: Verdicts, *, met: Met, known: Mapping[bytes, Known]
) -> None:
    """Warn of rows who may be somebody who is known, and of crowded family cards."""
    fit = verdicts.fit(rows)
    for number, each in met.families(fit, members=await members_beside(work, fit)):
        verdicts.add(number, each)
    families = await people.families(work.unit.session, [p.hashes.family for p in fit.values()])
    names = await opened(
        work.unit.session,
        [worker_id for ids in families.values() for worker_id in ids],
        identities=work.tools.identities,
    )
    for number, passed in fit.items():
        himself = known.get(passed.hashes.nik)
        for other in families.get(passed.hashes.family, ()):
            if himself is not None and other == himself.worker_id:
                continue
            if other in names and names_alike(names[other].name, passed.who.person.name):
                verdicts.others[number] = other
                verdicts.add(number, finding("possible-duplicate"))


async def _finish(unit: Unit, roster: Roster) -> None:
    capacity = await programmes.capacity(unit.session, roster.programme_id)
    _, months = capacity.months(this_month=month_of(local_day(unit.now)))
    fit = sum((await queries.fit_so_far(unit.session, roster.roster_id)).values())
    event = rules.validated(
        lineage_of(roster, cause_id=roster.received_event_id),
        fit=fit,
        refused=await row_findings.refused_by_reason(unit.session, roster.roster_id),
        warned=await row_findings.warned_by_reason(unit.session, roster.roster_id),
        amount=fit * months * capacity.month,
        now=unit.now,
    )
    await unit.record([event])
