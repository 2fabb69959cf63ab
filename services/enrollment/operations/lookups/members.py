"""Find members."""

from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.web.access import Caller
from contracts.refusal import Refused
from services.enrollment.adapters.identities import Identities
from services.enrollment.queries import members


class MemberUnknown(Refused):
    """Nobody with this NIK is a member."""

    slug, status, retryable = "member-unknown", 404, False


class MemberStanding(BaseModel):
    """A member, without who it is."""

    worker_id: UUID
    programme_id: UUID
    village_code: str
    kpj: str | None
    covered: bool


async def member(
    session: AsyncSession, nik: str, *, identities: Identities, by: Caller
) -> MemberStanding:
    """The member with this NIK. Raises: MemberUnknown, also for those of another area."""
    found = await members.member(session, identities.nik_hash(nik))
    if found is None or not by.covers(found.Worker.village_code):
        raise MemberUnknown("nobody with this NIK is a member in your area: check the number")
    held = found.Membership
    return MemberStanding(
        worker_id=found.Worker.worker_id,
        programme_id=held.programme_id,
        village_code=found.Worker.village_code,
        kpj=found.Worker.kpj,
        covered=held.covered_from is not None and held.ended_on is None and held.lapsed_on is None,
    )
