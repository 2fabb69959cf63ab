"""How events change the tables of enrollment, live and in replay: one module a noun."""

from services.enrollment.projections import (
    cards,
    claims,
    contributions,
    cover,
    members,
    privacy,
    programmes,
    restored,
    rosters,
)
from services.enrollment.projections.registered import projections, replicas

__all__ = [
    "cards",
    "claims",
    "contributions",
    "cover",
    "members",
    "privacy",
    "programmes",
    "projections",
    "replicas",
    "restored",
    "rosters",
]
