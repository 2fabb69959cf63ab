"""Tell how things stand."""

from services.enrollment.operations.lookups.members import (
    MemberStanding,
    MemberUnknown,
    Sought,
    member,
)
from services.enrollment.operations.lookups.programmes import (
    Programmes,
    ProgrammeStanding,
    WhatIf,
    programme,
    programmes_of,
    what_if,
)
from services.enrollment.operations.lookups.rosters import (
    Rosters,
    RosterStanding,
    roster,
    rosters_of,
)
from services.enrollment.rules.rosters import RosterState

__all__ = [
    "MemberStanding",
    "MemberUnknown",
    "ProgrammeStanding",
    "Programmes",
    "RosterStanding",
    "RosterState",
    "Rosters",
    "Sought",
    "WhatIf",
    "member",
    "programme",
    "programmes_of",
    "roster",
    "rosters_of",
    "what_if",
]
