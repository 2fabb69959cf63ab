"""Tell how things stand."""

from services.enrollment.operations.lookups.members import MemberStanding, MemberUnknown, member
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
    RosterState,
    roster,
    rosters_of,
)

__all__ = [
    "MemberStanding",
    "MemberUnknown",
    "ProgrammeStanding",
    "Programmes",
    "RosterStanding",
    "RosterState",
    "Rosters",
    "WhatIf",
    "member",
    "programme",
    "programmes_of",
    "roster",
    "rosters_of",
    "what_if",
]
