"""Find a member by an exact number."""

from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.refusal import Refused
from services.enrollment.adapters.identities import Identities
from services.enrollment.operations.register import note_readings
from services.enrollment.queries import member_lists, members
from services.enrollment.queries.member_lists import Status

CardState = Literal["none", "printed", "delivered", "lost"]


class MemberUnknown(Refused):
    """Nobody with this number is a member."""

    slug, status, retryable = "member-unknown", 404, False


class Sought(NamedTuple):
    """The one number by which somebody is looked for, and why."""

    nik: str | None
    kpj: str | None
    reason: str


class Standing(BaseModel):
    """How a membership stands."""

    programme_id: UUID
    status: Status
    first_month: str
    last_month: str
    covered_from: datetime | None
    """When the cover that runs now, or ran last, began."""
    arrears_months: int
    """Months in a row that are owed."""
    ended_on: date | None
    """When the membership ended, or lapsed."""
    end_reason: str | None
    months_billed: int
    months_paid: int


class MemberStanding(BaseModel):
    """A member, without who it is."""

    worker_id: UUID
    programme_id: UUID
    """The programme of the latest membership."""
    village_code: str
    kpj: str | None
    covered: bool
    """By any membership, now; a member in arrears is covered, with a smaller right."""
    card: CardState
    """Of the latest membership."""
    account_linked: bool
    programmes: list[Standing]
    """The memberships, the latest first."""


async def member(
    unit: Unit, sought: Sought, *, identities: Identities, by: Caller
) -> MemberStanding:
    """The member with this number; that `by` looked is put on record.

    Raises: MemberUnknown, also for those of another area.
    """
    worker_id = await _worker(unit.session, sought, identities=identities)
    held = [] if worker_id is None else await member_lists.memberships_of(unit.session, worker_id)
    if worker_id is None or not held or not by.covers(held[0]["village_code"]):
        raise MemberUnknown("nobody with this number is a member in your area: check the number")
    await note_readings(unit, [worker_id], by=by, reason=sought.reason, what="look-up")
    covered = any(each["status"] in {"covered", "in-arrears"} for each in held)
    return MemberStanding.model_validate(
        dict(held[0]) | {"covered": covered, "programmes": [dict(each) for each in held]}
    )


async def _worker(session: AsyncSession, sought: Sought, *, identities: Identities) -> UUID | None:
    if sought.nik is not None:
        return await members.worker_with_nik(session, identities.nik_hash(sought.nik))
    assert sought.kpj is not None  # noqa: S101  (the interface asks for one of them)
    return await members.worker_with_kpj(session, sought.kpj)
