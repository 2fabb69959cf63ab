"""How an auditor asks in SQL: the tables there are, and the request that asks."""

from fastapi import Request, Response

from services.audit.adapters import duck
from services.audit.api.pages import frame
from services.audit.rules import record
from services.audit.rules.addresses import ROOT

router = frame.router()


@router.get(f"{ROOT}/sql")
async def own_sql(request: Request, _caller: frame.Viewer) -> Response:
    """The views over the record, and how to ask them."""
    kinds = record.event_views()
    shared = [name for name in duck.views() if name not in kinds]
    return frame.html(
        request, "sql.html", columns=record.columns(), shared=sorted(shared), kinds=sorted(kinds)
    )
