"""What clients ask of claims: each route parses, authorises, calls and answers."""

from services.claims.api import (
    claims,
    computations,
    decisions,
    documents,
    heirs,
    letters,
    lists,
    scholarships,
    status_page,
    warnings,
)

routers = (
    lists.router,
    claims.router,
    documents.router,
    heirs.router,
    decisions.router,
    computations.router,
    scholarships.router,
    letters.router,
    status_page.router,
    warnings.router,
)

__all__ = ["routers"]
