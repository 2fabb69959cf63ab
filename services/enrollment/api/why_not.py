"""Why not? For one person at the counter."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import ConfigDict

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed
from chassis.web.reading import Noting, tools
from contracts.types import Line, ProgrammeId
from services.enrollment.adapters import Tools
from services.enrollment.api.registrations import Cell, PersonCells
from services.enrollment.operations import why_not as operations

router = APIRouter(route_class=Guarded, tags=["Why not"])
_ASKS = allowed("village", "district", "checker", "branch", "province", "admin", area=IN_OPERATION)
_EXAMPLES: list[Any] = [
    {
        "programme_id": "a6025373-d271-5f43-83f7-c78e13c96afc",
        "nik": "5371041503850001",
        "tanggal_lahir": "1985-03-15",
        "kode_wilayah": "53.71.04.1001",
        "reason": "asks at the village office why there is no card",
    }
]


class AskWhyNot(PersonCells):
    """Who is asked about. More columns let more rules be told; what is left out stays unknown."""

    model_config = ConfigDict(json_schema_extra={"examples": _EXAMPLES})

    programme_id: ProgrammeId
    nik: Cell
    """16 digits."""
    reason: Line
    """Why: of somebody who is known it is put on record."""

    @property
    def given(self) -> dict[str, str]:
        """The cells that were sent, by the names of COLUMNS."""
        return {name: cell for name, cell in self.cells.items() if name in self.model_fields_set}


@router.post("/people:why-not")
async def why_not(
    asked: AskWhyNot,
    noting: Noting,
    tools: Annotated[Tools, Depends(tools)],
    caller: Annotated[Caller, _ASKS],
) -> operations.WhyNot:
    """Tell why somebody is not covered, or has no card: every rule in order with what to bring,
    whose turn it is, and since when it waits. In Indonesian, to be read out.

    By NIK, which stays out of addresses and logs; at most so many a minute. Looking up somebody who
    is known is put on record with the reason.
    """
    await tools.look_ups.check(caller.name)
    about = operations.Asked(asked.programme_id, asked.given, asked.reason)
    return await noting.run(lambda unit: operations.why_not(unit, about, by=caller, tools=tools))
