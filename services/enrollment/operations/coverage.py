"""Was this person covered on that day, by what evidence: for one, or for a list of thousands."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.local_time import local_day
from chassis.web.access import Caller
from contracts.enrollment import Debtor
from services.enrollment.operations.people import seen_worker
from services.enrollment.queries import covers as queries
from services.enrollment.rules.coverage import Ask, Because, Coverage, Question, Right
from services.enrollment.rules.evidence import Evidence


class CoverOn(BaseModel):
    """How a worker was covered on the day, and what shows it."""

    worker_id: UUID
    kpj: str | None
    covered: bool
    right: Right
    """`reduced`: one to three months are owed, so the funeral benefit at once and the rest held."""
    because: Because
    covered_from: datetime | None
    """The beginning of the cover that ran, or ran last."""
    ended_on: date | None
    end_reason: str | None
    arrears_months: int
    """Owed in a row on that day."""
    owed_by: Debtor | None
    months_paid: int
    """Paid in a row up to that day."""
    ask: tuple[Ask, ...]
    """Why a person has to decide; empty when the answer stands by itself."""
    evidence: tuple[Evidence, ...]


class CoversOn(BaseModel):
    """The answers, in no order, and who is not known in the caller's area."""

    on: date
    at: datetime | None
    covers: list[CoverOn]
    unknown: list[str]


async def cover_of(
    session: AsyncSession, worker_id: UUID, asked: Question, *, by: Caller, now: datetime
) -> CoverOn:
    """How one worker was covered.

    Raises: DayNotCome, InstantOnAnotherDay, WorkerUnknown, OutsideArea.
    """
    asked.check(today=local_day(now))
    worker = await seen_worker(session, worker_id, by=by)
    (found,) = await _covers(session, {worker_id: worker.kpj}, asked)
    return found


async def covers_on(
    session: AsyncSession,
    asked: Question,
    *,
    worker_ids: Collection[UUID],
    kpjs: Collection[str],
    now: datetime,
) -> CoversOn:
    """How these workers were covered, named by id or by member number.

    Raises: DayNotCome, InstantOnAnotherDay.
    """
    asked.check(today=local_day(now))
    numbers = await queries.numbers_of(session, worker_ids=worker_ids, kpjs=kpjs)
    given = set(numbers.values())
    unknown = [str(each) for each in worker_ids if each not in numbers]
    unknown += [each for each in kpjs if each not in given]
    return CoversOn(
        on=asked.on, at=asked.at, covers=await _covers(session, numbers, asked), unknown=unknown
    )


async def _covers(
    session: AsyncSession, numbers: dict[UUID, str | None], asked: Question
) -> list[CoverOn]:
    records = await queries.records(session, list(numbers))
    return [
        _shown(worker_id, kpj, asked.answer(records[worker_id]))
        for worker_id, kpj in numbers.items()
    ]


def _shown(worker_id: UUID, kpj: str | None, found: Coverage) -> CoverOn:
    return CoverOn(
        worker_id=worker_id,
        kpj=kpj,
        covered=found.covered,
        right=found.right,
        because=found.because,
        covered_from=found.covered_from,
        ended_on=found.ended_on,
        end_reason=found.end_reason,
        arrears_months=found.arrears_months,
        owed_by=found.owed_by,
        months_paid=found.months_paid,
        ask=found.ask,
        evidence=found.evidence,
    )
