"""Propose one worker: a roster of one row, which gets its verdict at once."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from pydantic import BaseModel

from chassis.sealing import lookup_hash
from chassis.state.unit import Unit
from chassis.web.access import Caller
from chassis.web.problems import FieldProblem, RefusedFields
from contracts.event import Cause
from contracts.types import ProgrammeId, RosterId, WorkerId
from services.enrollment.adapters import Tools
from services.enrollment.models import Roster, RowFinding
from services.enrollment.operations.lookups.roster_rows import Reason
from services.enrollment.operations.rosters.meeting import Passes
from services.enrollment.operations.rosters.receiving import Sent, receive
from services.enrollment.operations.rosters.replacing import check_replaceable
from services.enrollment.operations.rosters.staging import StagedFile, stage
from services.enrollment.operations.rosters.validating import validate_next
from services.enrollment.queries import row_findings
from services.enrollment.rules.applicants import COLUMNS, village_in

ROW_NUMBER = 2
"""Where the row would stand in a file: behind a header."""


class RegistrationRefused(RefusedFields):
    """The row cannot become a member: every reason, by column."""


class Proposal(NamedTuple):
    """One person, by the names of COLUMNS, and for what."""

    programme_id: ProgrammeId
    fields: Mapping[str, str]
    replaces: WorkerId | None


class Registered(BaseModel):
    """A worker who was proposed: waits for a second person, as any roster does."""

    roster_id: RosterId
    warnings: list[Reason]
    """What the second person has to look at."""


async def register(
    unit: Unit, asked: Proposal, *, by: Caller, cause: Cause, tools: Tools
) -> Registered:
    """Propose one worker. The same words again are the same proposal while that one waits.

    Raises: ProgrammeUnknown, OutsideArea, RegistrationRefused, PlaceUnknown, PlaceNotFree,
    PlaceTaken.
    """
    sent = Sent(asked.programme_id, _region(asked, by=by, tools=tools), "single", asked.replaces)
    file = _as_file(asked, tools=tools)
    received = await receive(unit, file, sent, by=by, cause=cause, tools=tools)
    roster = await unit.session.get_one(Roster, received.roster_id)
    if roster.validated_at is None:
        if asked.replaces is not None:
            await check_replaceable(unit.session, asked.replaces, by=roster)
        async with unit.everywhere():
            await validate_next(unit, roster, tools=tools, passes=Passes())
    found = await row_findings.findings(unit.session, roster.roster_id, after=0, rows_max=1)
    return Registered(roster_id=received.roster_id, warnings=_warnings(found[0]) if found else [])


def _region(asked: Proposal, *, by: Caller, tools: Tools) -> str:
    """The village; of one that does not exist the caller's area, in which it will be missed.

    Raises: OutsideArea.
    """
    village_code = village_in(asked.fields["kode_wilayah"].strip())
    if village_code not in tools.regions.villages:
        return by.area
    by.check_area(village_code)
    return village_code


def _as_file(asked: Proposal, *, tools: Tools) -> StagedFile:
    """A file of one row.

    Its digest is keyed: whoever guesses one person's row could prove the guess by a plain one.
    """
    cells = tuple(asked.fields[name] for name in COLUMNS)
    words = json.dumps([*cells, str(asked.replaces)], ensure_ascii=False)
    digest = lookup_hash(tools.identities.pepper, f"registration {words}").hex()
    rows = [(ROW_NUMBER, cells)]
    return stage(rows, columns=COLUMNS, sha256=digest, identities=tools.identities)


def _warnings(row: RowFinding) -> list[Reason]:
    """Raises: RegistrationRefused."""
    if row.severity == "refused":
        raise RegistrationRefused(
            "this person cannot be registered: see errors, correct the fields and send it again",
            slug=row.findings[0]["slug"],
            errors=[FieldProblem(field=e["field"], problem=e["reason"]) for e in row.findings],
        )
    return [Reason(**each) for each in row.findings]
