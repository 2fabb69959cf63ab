"""Single registrations: one worker is proposed without a file."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import ConfigDict, Field

from chassis.web.access import IN_OPERATION, Guarded
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import tools
from contracts.types import ProgrammeId, WorkerId
from services.enrollment.adapters import Tools
from services.enrollment.operations import registrations
from services.enrollment.rules.applicants import COLUMNS

router = APIRouter(route_class=Guarded, tags=["Registrations"])

CELL_CHARACTERS_MAX = 1_000
Cell = Annotated[str, Field(max_length=CELL_CHARACTERS_MAX)]
"""A cell of a roster: judged by the same rules, so that what is wrong with it is told alike."""
PERSON: dict[str, Any] = {
    "nik": "5371041503850001",
    "nama": "Yohanes Tefa",
    "tempat_lahir": "Kupang",
    "tanggal_lahir": "1985-03-15",
    "jenis_kelamin": "L",
    "nama_ibu": "Maria Nubatonis",
    "no_kk": "5371040101209001",
    "alamat": "Jl. Cendana No. 4, RT 001/RW 002",
    "kode_wilayah": "53.71.04.1001",
    "pekerjaan": "nelayan",
    "no_hp": "080000009001",
    "ktp": "ya",
    "kk": "ya",
}
_EXAMPLE = {"programme_id": "a6025373-d271-5f43-83f7-c78e13c96afc", **PERSON}


class PersonCells(Asked):
    """One person by the column names of a roster; what is left out counts as an empty cell."""

    nik: Cell = ""
    """16 digits."""
    nama: Cell = ""
    tempat_lahir: Cell = ""
    tanggal_lahir: Cell = ""
    """`1985-12-31`, `31-12-1985` or `31/12/1985`."""
    jenis_kelamin: Cell = ""
    """`L` or `P`."""
    nama_ibu: Cell = ""
    no_kk: Cell = ""
    """16 digits."""
    alamat: Cell = ""
    kode_wilayah: Cell = ""
    """The kelurahan or desa, `53.71.04.1001`."""
    pekerjaan: Cell = ""
    no_hp: Cell = ""
    """May be left out."""
    ktp: Cell = ""
    """`ya` or `tidak`: a copy is on file."""
    kk: Cell = ""
    """`ya` or `tidak`: a copy is on file."""

    @property
    def cells(self) -> dict[str, str]:
        """By the names of COLUMNS."""
        return {name: getattr(self, name) for name in COLUMNS}


class Register(PersonCells):
    """A worker to propose."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    programme_id: ProgrammeId
    replaces: WorkerId | None = None
    """Whose place it is to be: a worker whose membership of this programme ended."""


@router.post("/registrations", status_code=202, response_model=registrations.Registered)
async def register(
    asked: Register,
    command: Annotated[Command, command("village", "district", area=IN_OPERATION)],
    tools: Annotated[Tools, Depends(tools)],
) -> Response:
    """Propose one worker of a kelurahan or desa of the caller's area, by the rules of a roster.

    Whoever cannot be taken is refused with every reason, by column, and nothing changes. Else it is
    a roster of one row, checked at once, that waits for a second person: see it, approve or reject
    it under `/rosters`.
    """
    proposal = registrations.Proposal(asked.programme_id, asked.cells, asked.replaces)
    return await command.run_bulk(
        lambda unit: registrations.register(
            unit, proposal, by=command.caller, cause=command.cause, tools=tools
        )
    )
