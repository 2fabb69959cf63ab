"""Tables of the claims service: one module a noun."""

from services.claims.models.base import Table
from services.claims.models.claims import (
    ApprovedLine,
    Claim,
    ClaimStep,
    Document,
    ScholarshipYear,
)
from services.claims.models.control import Letter, RaisedWarning, Review
from services.claims.models.heirs import Heir
from services.claims.models.replicas import (
    CoverEnd,
    CoverSpell,
    Member,
    PaidMonth,
    Payout,
    RosterSender,
    Withdrawal,
)

__all__ = [
    "ApprovedLine",
    "Claim",
    "ClaimStep",
    "CoverEnd",
    "CoverSpell",
    "Document",
    "Heir",
    "Letter",
    "Member",
    "PaidMonth",
    "Payout",
    "RaisedWarning",
    "Review",
    "RosterSender",
    "ScholarshipYear",
    "Table",
    "Withdrawal",
]
