"""Letters to families, as PDF."""

from datetime import datetime
from functools import partial
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed
from chassis.web.papers import PAPER, paper_answer
from chassis.web.reading import Notes, Noting, Now, Session, tools
from services.claims.adapters import Tools
from services.claims.operations import letters
from services.claims.rules.letters import LetterKind

router = APIRouter(route_class=Guarded, tags=["Letters"])


class Desk(NamedTuple):
    """What a letter is written with."""

    notes: Notes
    now: datetime
    tools: Tools


def _desk(notes: Noting, now: Now, tools: Annotated[Tools, Depends(tools)]) -> Desk:
    return Desk(notes, now, tools)


@router.get("/claims/{claim_id}/letters")
async def list_letters(
    claim_id: UUID,
    session: Session,
    now: Now,
    caller: Annotated[Caller, allowed("branch", "approver", "auditor", "fraud", area=IN_OPERATION)],
) -> letters.Letters:
    """The letters that were made for a claim, each by the digest of its bytes."""
    return await letters.letters(session, claim_id, now=now, by=caller)


@router.post("/claims/{claim_id}/letters/{letter}", response_class=Response, responses=PAPER)
async def write_letter(
    claim_id: UUID,
    letter: LetterKind,
    session: Session,
    desk: Annotated[Desk, Depends(_desk)],
    caller: Annotated[Caller, allowed("branch", "approver", area=IN_OPERATION)],
) -> Response:
    """Write a letter on A4, in Indonesian, and put on record that it was made.

    It names the member, for which enrollment is asked (503 `holder-keys-unavailable`: try again),
    and whoever is paid. Each request makes one letter anew; nothing of it is kept but its digest.
    """
    drafted = await letters.draft(
        session, claim_id, letter, tools=desk.tools, now=desk.now, by=caller
    )
    await session.rollback()  # nothing is held while another service is asked
    paper = await letters.paper(drafted, tools=desk.tools, by=caller)
    content = await desk.notes.run(partial(letters.issue, paper=paper, by=caller))
    return paper_answer(content, f"{letter}-{drafted.file.claim.number or claim_id}")
