"""The work list: open claims, those with the least time left at the head."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.operations.case_files import CaseFile, LineStanding, case_files
from services.claims.queries import work_list as queries
from services.claims.rules.next_steps import Whose
from services.claims.rules.term import Term

OPEN_CLAIMS_MAX = 2_000
"""So many are looked through; a province has a tenth of it open."""
NO_CLOCK_DAYS = 10_000


class Work(BaseModel):
    """A claim that waits for somebody. Amounts in rupiah."""

    claim_id: UUID
    number: str | None
    village_code: str
    kind: str
    state: str
    step: str
    """What is to be done next."""
    by: str
    """Whose turn it is."""
    words: str
    filed_by: str
    verified_by: str | None
    """Whoever filed or verified it does not decide it."""
    warnings_open: int
    term: Term | None
    """Null: papers are missing that start the clock."""
    notice_due_on: date | None
    """By when the family must be told what is missing (PP 44/2015 art. 44(7))."""
    failed: list[LineStanding]
    """What the bank could not pay, with its reason."""


class WorkList(BaseModel):
    """Open claims, the latest first, then by time left; those without a clock at the end."""

    claims: list[Work]
    open: int
    """All that are open, shown or not; at most OPEN_CLAIMS_MAX are counted."""
    late: int
    warned: int
    """With a working day or less left, late ones too."""


async def work_list(
    session: AsyncSession, *, area: str, by: Whose | None, limit: int, now: datetime
) -> WorkList:
    """The open claims of an area; of those that wait for `by` only, where it is given."""
    rows = await queries.open_claims(session, area=area, rows_max=OPEN_CLAIMS_MAX)
    files = await case_files(session, rows, now=now)
    terms = [file.term for file in files]
    wanted = [file for file in files if by is None or file.next_step.by == by]
    return WorkList(
        claims=[_work(file) for file in sorted(wanted, key=_urgency)[:limit]],
        open=len(files),
        late=sum(term is not None and term.days_late > 0 for term in terms),
        warned=sum(term is not None and term.warns for term in terms),
    )


def _urgency(file: CaseFile) -> tuple[int, date, datetime]:
    """Days late count below zero; where no clock runs, the notice has a day of its own."""
    term, notice = file.term, file.notice_due_on
    if term is None:
        return NO_CLOCK_DAYS, notice or date.max, file.claim.filed_at
    left = -term.days_late if term.days_late else term.days_left or 0
    return left, term.due_on, file.claim.filed_at


def _work(file: CaseFile) -> Work:
    following = file.next_step
    return Work(
        **file.claim.model_dump(include=set(Work.model_fields)),
        village_code=file.member.village_code,
        **following._asdict(),
        warnings_open=file.warnings_open,
        term=file.term,
        notice_due_on=file.notice_due_on,
        failed=[line for line in file.lines if line.state == "failed"],
    )
