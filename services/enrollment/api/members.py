"""Finding members."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed
from chassis.web.asked import Asked
from chassis.web.reading import Session, tools
from services.enrollment.adapters import Tools
from services.enrollment.operations import lookups

router = APIRouter(route_class=Guarded, tags=["Members"])


class FindMember(Asked):
    """The member with this NIK."""

    nik: Annotated[str, Field(pattern=r"^\d{16}$", examples=["5371040101850001"])]


@router.post("/members:find")
async def find_member(
    asked: FindMember,
    session: Session,
    tools: Annotated[Tools, Depends(tools)],
    caller: Annotated[Caller, allowed("branch", "district", "bank", area=IN_OPERATION)],
) -> lookups.MemberStanding:
    """Find a member by NIK, which stays out of addresses and logs; at most so many a minute."""
    await tools.look_ups.check(caller.name)
    return await lookups.member(session, asked.nik, identities=tools.identities, by=caller)
