"""Tell how things stand: programmes, rosters, members."""

from dataclasses import dataclass
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.web.access import Caller
from contracts.refusal import Refused
from services.enrollment.adapters import Identities
from services.enrollment.models import RefusedRow, Roster
from services.enrollment.operations.programmes import ProgrammeUnknown
from services.enrollment.operations.rosters import RosterUnknown
from services.enrollment.queries import members, programmes, rosters


class MemberUnknown(Refused):
    """Nobody with this NIK is a member."""

    slug, status, retryable = "member-unknown", 404, False


class ProgrammeStanding(BaseModel):
    """A programme in figures, within an area. Amounts in rupiah."""

    programme_id: UUID
    name: str
    area: str
    ceiling: int
    quota: int
    reserved: int
    """Committed: what the months promised cost."""
    enrolled: int
    activated: int
    """Ever covered."""
    covered: int
    """Covered now."""
    cards_printed: int
    cards_delivered: int
    accounts_linked: int
    months_billed: int
    months_paid: int
    amount_paid: int
    promised_by_members: int
    """What the members' months cost, one by one: the sum that `reserved` must be."""


class RosterStanding(BaseModel):
    """How far a roster was worked through."""

    roster_id: UUID
    rows: int
    rows_done: int
    percent: int
    done: bool
    enrolled: int
    refused: dict[str, int]
    """Rows refused so far, by reason."""


class MemberStanding(BaseModel):
    """A member, without who it is."""

    worker_id: UUID
    programme_id: UUID
    village_code: str
    kpj: str | None
    covered: bool


@dataclass(frozen=True)
class Report:
    """The refused rows of a roster."""

    roster_id: UUID
    rows: list[RefusedRow]


async def programme(session: AsyncSession, programme_id: UUID, *, area: str) -> ProgrammeStanding:
    """A programme in figures. Raises: ProgrammeUnknown."""
    held = await programmes.programme(session, programme_id)
    if held is None:
        raise ProgrammeUnknown(f"no programme {programme_id}")
    return ProgrammeStanding(
        programme_id=held.programme_id,
        name=held.name,
        area=area,
        ceiling=held.ceiling,
        **await programmes.promised(session, programme_id, area=area),
        **await programmes.figures(session, programme_id, area=area),
    )


async def roster(session: AsyncSession, roster_id: UUID, *, by: Caller) -> RosterStanding:
    """How far a roster is. Raises: RosterUnknown, OutsideArea."""
    held = await _roster(session, roster_id, by=by)
    waiting = await rosters.rows_waiting(session, roster_id)
    refused = await rosters.refused_by_reason(session, roster_id)
    rows_done = held.row_count - waiting
    return RosterStanding(
        roster_id=roster_id,
        rows=held.row_count,
        rows_done=rows_done,
        percent=100 * rows_done // held.row_count,
        done=held.processed_at is not None,
        enrolled=rows_done - sum(refused.values()),
        refused=refused,
    )


async def report(session: AsyncSession, roster_id: UUID, *, by: Caller) -> Report:
    """The refused rows of a roster. Raises: RosterUnknown, OutsideArea."""
    await _roster(session, roster_id, by=by)
    return Report(roster_id, list(await rosters.refused_rows(session, roster_id)))


async def member(
    session: AsyncSession, nik: str, *, identities: Identities, by: Caller
) -> MemberStanding:
    """The member with this NIK. Raises: MemberUnknown, also for those of another area."""
    found = await members.member(session, identities.nik_hash(nik))
    if found is None or not by.covers(found.Worker.village_code):
        raise MemberUnknown("nobody with this NIK is a member in your area: check the number")
    return MemberStanding(
        worker_id=found.Worker.worker_id,
        programme_id=found.Membership.programme_id,
        village_code=found.Worker.village_code,
        kpj=found.Membership.kpj,
        covered=found.Membership.kpj is not None and found.Membership.ended_on is None,
    )


async def _roster(session: AsyncSession, roster_id: UUID, *, by: Caller) -> Roster:
    held = await session.get(Roster, roster_id)
    if held is None:
        raise RosterUnknown(f"no roster {roster_id}: upload it first")
    by.check_area(held.region_code)
    return held
