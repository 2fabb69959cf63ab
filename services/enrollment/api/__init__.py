"""What clients ask of enrollment: each route parses, authorises, calls and answers."""

from services.enrollment.api import cards, contributions, members, programmes, rosters

routers = (
    programmes.router,
    rosters.router,
    members.router,
    contributions.router,
    cards.router,
)
