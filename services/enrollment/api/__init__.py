"""What clients ask of enrollment: each route parses, authorises, calls and answers."""

from services.enrollment.api import (
    amendments,
    cards,
    contributions,
    cover,
    kpj,
    members,
    privacy,
    programmes,
    questions,
    reconciliations,
    registrations,
    renewals,
    reviews,
    rosters,
    why_not,
)

routers = (
    programmes.router,
    rosters.router,
    registrations.router,
    members.router,
    why_not.router,
    questions.router,
    contributions.router,
    reconciliations.router,
    cover.router,
    kpj.router,
    renewals.router,
    reviews.router,
    *cards.routers,
    amendments.router,
    privacy.router,
)
