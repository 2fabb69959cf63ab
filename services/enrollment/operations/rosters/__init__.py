"""Rosters: taken in, validated, decided by a second person, worked through."""

from services.enrollment.operations.rosters.deciding import approve, reject
from services.enrollment.operations.rosters.enrolling import enroll_rows
from services.enrollment.operations.rosters.receiving import receive
from services.enrollment.operations.rosters.staging import purge, stage
from services.enrollment.operations.rosters.standing import RosterUnknown
from services.enrollment.operations.rosters.validating import validate_rows

__all__ = [
    "RosterUnknown",
    "approve",
    "enroll_rows",
    "purge",
    "receive",
    "reject",
    "stage",
    "validate_rows",
]
