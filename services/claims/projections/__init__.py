"""How events change the tables of claims, live and in replay: one module a noun."""

from services.claims.projections import (
    control,
    copies,
    decisions,
    filing,
    heirs,
    lines,
    scholarships,
)
from services.claims.projections.registered import projections, replicas

__all__ = [
    "control",
    "copies",
    "decisions",
    "filing",
    "heirs",
    "lines",
    "projections",
    "replicas",
    "scholarships",
]
