"""Pages for auditors: HTML made here, to be read, printed and followed; no script."""

from services.audit.api.pages import (
    events,
    findings,
    home,
    money,
    own_sql,
    questions,
    sign_in,
    timelines,
)

routers = (
    sign_in.router,
    home.router,
    questions.router,
    timelines.router,
    money.router,
    events.router,
    findings.router,
    own_sql.router,
)
