"""Take a roster in: a file, or one worker."""

from typing import Literal, NamedTuple

from pydantic import BaseModel

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.enrollment import RosterReceived
from contracts.event import Cause
from contracts.types import ProgrammeId, RosterId, WorkerId
from services.enrollment.adapters import Tools
from services.enrollment.models import Roster
from services.enrollment.operations.programmes import known_programme
from services.enrollment.operations.rosters.staging import StagedFile, keep
from services.enrollment.queries import rosters as queries
from services.enrollment.rules.rosters import roster_id_of


class Received(BaseModel):
    """A roster that was taken in: the same file has the same id."""

    roster_id: RosterId


class Sent(NamedTuple):
    """What a roster is for."""

    programme_id: ProgrammeId
    region_code: str
    """The region whose people it holds: a province, or anything down to a village."""
    kind: Literal["file", "single"] = "file"
    replaces: WorkerId | None = None
    """The worker whose place the one row is to take."""


async def receive(
    unit: Unit,
    file: StagedFile,
    sent: Sent,
    *,
    by: Caller,
    cause: Cause,
    tools: Tools,
) -> Received:
    """Keep a roster to be validated. The same file again is the same roster, unless that one was
    rejected. Raises: ProgrammeUnknown.
    """
    programme_id, region_code, kind, replaces = sent
    await known_programme(unit.session, programme_id)
    turn = await queries.turns(
        unit.session, programme_id, region_code=region_code, sha256=file.sha256, kind=kind
    )
    roster_id = roster_id_of(programme_id, region_code=region_code, sha256=file.sha256, turn=turn)
    if await unit.session.get(Roster, roster_id) is not None:
        return Received(roster_id=roster_id)
    received = RosterReceived(
        **cause.stamp("receive-roster", at=unit.now),
        roster_id=roster_id,
        programme_id=programme_id,
        region_code=region_code,
        sha256=file.sha256,
        rows=file.row_count,
        received_by=by.name,
        kind=kind,
    )
    await unit.record([received])
    await keep(unit, roster_id, file, tools=tools, replaces=replaces)
    return Received(roster_id=roster_id)
