"""Tables of the enrollment service."""

from services.enrollment.models.base import Operational, Table
from services.enrollment.models.cards import Card
from services.enrollment.models.contributions import BillingRun, Contribution, Invoice
from services.enrollment.models.members import (
    Amendment,
    Cover,
    Membership,
    NumberRange,
    Review,
    Worker,
)
from services.enrollment.models.operational import (
    PersonLookup,
    RowFinding,
    StagedChunk,
    StagedRoster,
)
from services.enrollment.models.privacy import DataRequest, Export, Reading
from services.enrollment.models.programmes import Commitment, Programme, Quota
from services.enrollment.models.replicas import MemberClaim
from services.enrollment.models.rosters import Roster

__all__ = [
    "Amendment",
    "BillingRun",
    "Card",
    "Commitment",
    "Contribution",
    "Cover",
    "DataRequest",
    "Export",
    "Invoice",
    "MemberClaim",
    "Membership",
    "NumberRange",
    "Operational",
    "PersonLookup",
    "Programme",
    "Quota",
    "Reading",
    "Review",
    "Roster",
    "RowFinding",
    "StagedChunk",
    "StagedRoster",
    "Table",
    "Worker",
]
