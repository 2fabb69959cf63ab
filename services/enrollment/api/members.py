"""Finding members: by an exact number, in lists, as a file to take out."""

from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import ConfigDict, Field, model_validator

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed
from chassis.web.asked import Asked
from chassis.web.reading import Noting, tools
from chassis.web.sheets import SHEETS, Format, sheet_answer
from contracts.types import Kpj, Line, Month, RegionCode
from services.enrollment.adapters import Tools
from services.enrollment.operations import lookups
from services.enrollment.operations.lookups import member_lists
from services.enrollment.operations.lookups.member_lists import Look
from services.enrollment.queries.member_lists import InMonth, Lack, Status, Wanted

router = APIRouter(route_class=Guarded, tags=["Members"])

_FINDS = allowed("branch", "district", "bank", "checker", "province", area=IN_OPERATION)
_LISTS = allowed(
    "branch", "district", "village", "checker", "province", "auditor", "admin", area=IN_OPERATION
)
_EXAMPLES: list[Any] = [
    {"nik": "5371040101850001"},
    {"kpj": "25000000001", "reason": "asks at the counter whether the month is paid"},
]


class FindMember(Asked):
    """One number of the member who is looked for."""

    model_config = ConfigDict(json_schema_extra={"examples": _EXAMPLES})

    nik: Annotated[str, Field(pattern=r"^\d{16}$")] | None = None
    kpj: Kpj | None = None
    reason: Line = "look-up"
    """Why: it is put on record."""

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        if (self.nik is None) == (self.kpj is None):
            raise ValueError("give either nik or kpj")
        return self


class MemberFilter(Asked):
    """Which memberships: those to which everything given applies."""

    programme_id: UUID | None = None
    area: RegionCode | None = None
    """From a province down to a kelurahan or desa, within the caller's own; else all of that."""
    status: Status | None = None
    month: Month | None = None
    """Members with this month on an invoice; `in_month` narrows it."""
    in_month: InMonth = "billed"
    without: tuple[Lack, ...] = ()
    """Members without a linked account, or without a card that holds good."""

    def wanted(self, by: Caller) -> Wanted:
        """What is asked of the list."""
        return Wanted(
            area=self.area or by.area,
            programme_id=self.programme_id,
            status=self.status,
            month=self.month,
            in_month=self.in_month,
            lacks=tuple(sorted(set(self.without))),
        )


class MemberPage(MemberFilter):
    """A page of such memberships."""

    reason: Line | None = None
    """Why names are needed; without it, or for whoever has no business with names, none are shown.
    """
    cursor: Annotated[str, Field(max_length=100)] | None = None
    """`next_cursor` of the page before, with the same filter."""
    limit: Annotated[int, Field(ge=1, le=member_lists.ROWS_PAGE_MAX)] = 100
    total: bool = False
    """Count the rows on all pages too."""


class MemberFile(MemberFilter):
    """All such memberships as a file."""

    format: Format = "csv"
    reason: Line
    """Why the list is taken out: it is put on record."""


@router.post("/members:find")
async def find_member(
    asked: FindMember,
    noting: Noting,
    tools: Annotated[Tools, Depends(tools)],
    caller: Annotated[Caller, _FINDS],
) -> lookups.MemberStanding:
    """Find a member by NIK or KPJ, which stay out of addresses and logs; at most so many a minute.
    Who looked at whom, and why, is put on record."""
    await tools.look_ups.check(caller.name)
    sought = lookups.Sought(asked.nik, asked.kpj, asked.reason)
    return await noting.run(
        lambda unit: lookups.member(unit, sought, identities=tools.identities, by=caller)
    )


@router.get("/members")
async def list_members(
    asked: Annotated[MemberPage, Query()],
    noting: Noting,
    tools: Annotated[Tools, Depends(tools)],
    caller: Annotated[Caller, _LISTS],
) -> member_lists.Members:
    """Members of the caller's area, a page at a time. With a reason, `branch`, `district`,
    `village` and `checker` see names and NIK without their middle, `province` initials; each
    person shown is put on record."""
    turn = member_lists.Turn(asked.cursor, asked.limit, asked.total)
    look = Look(caller, asked.reason, tools)
    return await noting.run(
        lambda unit: member_lists.members_of(unit, asked.wanted(caller), turn, look=look)
    )


@router.get("/members/export", response_class=Response, responses=SHEETS)
async def export_members(
    asked: Annotated[MemberFile, Query()],
    noting: Noting,
    tools: Annotated[Tools, Depends(tools)],
    caller: Annotated[Caller, _LISTS],
) -> Response:
    """The same list as CSV or XLSX, up to 100,000 rows, with as much of who they are as the role
    may see; that it was taken out, and whose records were opened for it, is put on record."""
    look = Look(caller, asked.reason, tools)
    taken = await member_lists.export(noting, asked.wanted(caller), look=look, reason=asked.reason)
    return await sheet_answer(asked.format, "members", taken.columns, taken.rows())
