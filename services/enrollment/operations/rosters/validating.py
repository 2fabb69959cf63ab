"""Give every row of a roster its verdict, a chunk at a time; nobody becomes a member by it."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from chassis.state.unit import Unit
from contracts.types import RosterId
from services.enrollment.adapters import Tools
from services.enrollment.models import Roster, StagedRoster
from services.enrollment.operations.people import opened
from services.enrollment.operations.rosters.staging import (
    Judged,
    cipher_of,
    judged,
    keep_findings,
)
from services.enrollment.operations.rosters.standing import lineage_of
from services.enrollment.queries import people, programmes
from services.enrollment.queries import rosters as queries
from services.enrollment.rules import rosters as rules
from services.enrollment.rules.applicants import Finding, finding
from services.enrollment.rules.applicants.in_file import InFile
from services.enrollment.rules.applicants.spelling import names_alike
from services.enrollment.rules.intake import Intake, Row
from services.enrollment.rules.months import local_day, month_of
from services.enrollment.rules.places import region_of


@dataclass
class Passes:
    """What is remembered of rosters between two chunks: which people came in rows before.

    Only memory: after a restart it is made again from the chunks that were validated.
    """

    rosters: dict[UUID, InFile[bytes]] = field(default_factory=dict)


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
    staged = await queries.staged_roster(unit.session, roster.roster_id)
    chunk = await queries.chunk_to_validate(unit.session, roster.roster_id)
    if chunk is not None:
        today = local_day(unit.now)
        rows = await asyncio.to_thread(judged, chunk, staged, roster, tools=tools, today=today)
        in_file = await _in_file(unit, roster, staged, tools=tools, passes=passes)
        verdicts = await _verdicts(unit, roster, rows, in_file=in_file, tools=tools)
        cipher = cipher_of(staged, tools=tools)
        await keep_findings(
            unit, roster.roster_id, rows, verdicts.all(), cipher=cipher, others=verdicts.others
        )
        fit = Counter(
            region_of(passed.who.village_code)
            for number, passed in rows.passed.items()
            if number not in verdicts.refused
        )
        niks = b"".join(passed.hashes.nik for passed in rows.passed.values())
        await queries.chunk_validated(
            unit.session, roster.roster_id, chunk.chunk, fit=fit, nik_hashes=niks
        )
    if chunk is None or not await queries.chunks_left(unit.session, roster.roster_id):
        await _finish(unit, roster)
        passes.rosters.pop(roster.roster_id, None)
    return True


async def _in_file(
    unit: Unit, roster: Roster, staged: StagedRoster, *, tools: Tools, passes: Passes
) -> InFile[bytes]:
    """What earlier rows of the file brought."""
    found = passes.rosters.get(roster.roster_id)
    if found is None:
        found = passes.rosters[roster.roster_id] = InFile(kk_members_max=tools.kk_members_max)
        async for chunk in queries.validated_chunks(unit.session, roster.roster_id):
            today = local_day(unit.now)
            rows = await asyncio.to_thread(judged, chunk, staged, roster, tools=tools, today=today)
            _note(rows, found, Verdicts())
    return found


def _note(rows: Judged, in_file: InFile[bytes], verdicts: Verdicts) -> None:
    """Meet each row that passed with those before it in the file."""
    for number, passed in rows.passed.items():
        for found in in_file.meet(
            nik=passed.hashes.nik,
            kk=passed.hashes.kk,
            family=passed.hashes.family,
            name=passed.who.person.name,
        ):
            verdicts.add(number, found)


async def _verdicts(
    unit: Unit, roster: Roster, rows: Judged, *, in_file: InFile[bytes], tools: Tools
) -> Verdicts:
    verdicts = Verdicts()
    for number, found in rows.findings.items():
        for each in found:
            verdicts.add(number, each)
    _note(rows, in_file, verdicts)
    intake = await _intake(unit, roster, rows)
    intake.decide(
        (
            Row(number, passed.who, passed.hashes.nik)
            for number, passed in rows.passed.items()
            if number not in verdicts.refused
        ),
        refuse=lambda row, found: verdicts.add(row.number, found),
    )
    await _meet_members(unit, rows, verdicts, tools=tools)
    return verdicts


async def _intake(unit: Unit, roster: Roster, rows: Judged) -> Intake:
    """Who is known, and what is left after the chunks before this one: a forecast, without lock."""
    this_month = month_of(local_day(unit.now))
    capacity = await programmes.capacity(unit.session, roster.programme_id)
    for region_code, heads in (await queries.fit_so_far(unit.session, roster.roster_id)).items():
        capacity.spend(region_code=region_code, heads=heads, this_month=this_month)
    hashes = [passed.hashes.nik for passed in rows.passed.values()]
    known = await people.known(
        unit.session, hashes, programme_id=roster.programme_id, this_month=this_month
    )
    return Intake(capacity=capacity, known=known, this_month=this_month)


async def _meet_members(unit: Unit, rows: Judged, verdicts: Verdicts, *, tools: Tools) -> None:
    """Warn of rows who may be somebody who is a member, and of crowded family cards."""
    fit = {n: passed for n, passed in rows.passed.items() if n not in verdicts.refused}
    crowd = await people.members_by_kk(unit.session, [p.hashes.kk for p in fit.values()])
    families = await people.families(unit.session, [p.hashes.family for p in fit.values()])
    names = await opened(
        unit.session, [w for ids in families.values() for w in ids], identities=tools.identities
    )
    for number, passed in fit.items():
        if crowd.get(passed.hashes.kk, 0) >= tools.kk_members_max:
            verdicts.add(number, finding("kk-crowded"))
        for other in families.get(passed.hashes.family, ()):
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
        refused=await queries.refused_by_reason(unit.session, RosterId(roster.roster_id)),
        warned=await queries.warned_by_reason(unit.session, roster.roster_id),
        amount=fit * months * capacity.month,
        now=unit.now,
    )
    await unit.record([event])
