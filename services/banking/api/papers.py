"""Statements of accounts and reports of days, on paper."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from chassis.web.access import ANYWHERE, IN_OPERATION, Caller, Guarded, allowed
from chassis.web.papers import PAPER, paper_answer
from chassis.web.reading import Now, Session
from services.banking.api.dates import Day
from services.banking.api.statements import Days
from services.banking.operations import day_papers, day_reports, statement_papers, statements

router = APIRouter(route_class=Guarded, tags=["Papers"])


@router.get("/accounts/{account_id}/statement.pdf", response_class=Response, responses=PAPER)
async def statement_paper(
    account_id: UUID,
    days: Days,
    session: Session,
    now: Now,
    caller: Annotated[Caller, allowed("bank", "auditor", area=IN_OPERATION)],
) -> Response:
    """A statement of an account on A4, in Indonesian: the masked number, opening and closing
    balance, each transfer with the balance after it. Nobody is named."""
    first, last = days
    found = await statements.statement(session, account_id, first, last, by=caller)
    await session.rollback()  # nothing is held while it is drawn
    content = await statement_papers.paper(found, by=caller.name, at=now)
    return paper_answer(content, f"statement-{account_id}-{first}-{last}")


@router.get("/days/{day}/report.pdf", response_class=Response, responses=PAPER)
async def day_paper(
    day: Day,
    session: Session,
    now: Now,
    caller: Annotated[Caller, allowed("bank", "auditor", area=ANYWHERE)],
) -> Response:
    """The report of a day on A4, in Indonesian, to be signed by two."""
    found = await day_reports.report(session, day, now=now)
    await session.rollback()  # nothing is held while it is drawn
    content = await day_papers.paper(found, by=caller.name)
    return paper_answer(content, f"day-{day}")
