"""The trial balance."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.web.access import ANYWHERE, Caller, Guarded, allowed
from chassis.web.reading import Now, Session
from services.banking.api.dates import At
from services.banking.operations import trial_balances

router = APIRouter(route_class=Guarded, tags=["Ledger"])


@router.get("/trial-balance")
async def trial_balance(
    session: Session,
    now: Now,
    _caller: Annotated[Caller, allowed("auditor", "bank", area=ANYWHERE)],
    at: Annotated[At | None, Query(description="With its offset; now, if left out.")] = None,
    event: Annotated[
        UUID | None, Query(description="An event of banking: as of when it was recorded.")
    ] = None,
) -> trial_balances.TrialBalance:
    """Both sides of the whole ledger: each account of the bank and of a programme by itself, all
    savings accounts together."""
    return await trial_balances.trial_balance(session, now=now, at=at, event_id=event)
