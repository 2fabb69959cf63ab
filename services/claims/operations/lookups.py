"""Tell how claims stand."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.web.access import Caller
from chassis.web.sheets import Cell
from contracts.claims import Explanation
from services.claims.operations.case_files import CaseFile, LineStanding, case_files
from services.claims.operations.held import ClaimUnknown
from services.claims.queries import figures as figure_queries
from services.claims.queries import lists
from services.claims.queries.lists import Wanted
from services.claims.rules.explain import in_indonesian
from services.claims.rules.term import Term

COLUMNS = (
    "number", "claim_id", "worker_id", "village_code", "kind", "state", "died_on", "happened_on",
    "filed_at", "verified_at", "decided_at", "amount_awarded", "paid_so_far", "paid_at", "due_on",
    "days_left", "days_late", "warnings_open", "next_step", "next_by",
)  # fmt: skip
"""Of a sheet: ids, days and amounts, nobody's name."""


class _Shown(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class StepStanding(_Shown):
    """A step of the file's history."""

    step: str
    taken_at: datetime
    officer: str | None
    words: str | None


class HeirStanding(_Shown):
    """Somebody with a part in the claim, without who it is: that is sealed."""

    party_id: UUID
    heir_class: int
    role: str
    relation: str | None
    is_minor: bool
    guardian_id: UUID | None
    in_family_card: bool
    account: str
    is_account_new: bool
    registered_by: str
    registered_at: datetime


class DocumentStanding(_Shown):
    """A document; one that was replaced counts no longer."""

    document_id: UUID
    kind: str
    issuer: str
    issued_on: date
    sha256: str
    media_type: str | None
    size: int | None
    attached_by: str
    attached_at: datetime
    replaced_by: UUID | None
    is_good: bool | None
    """What the officer said who saw the original; null: nobody did."""
    checked_by: str | None
    checked_at: datetime | None
    fault: str | None


class SchoolYear(_Shown):
    """A school year that was asked for. Amount in rupiah, 0 where it was refused."""

    request_id: UUID
    child_id: UUID
    level: str
    school_year: int
    payee_id: UUID
    requested_by: str
    decided_by: str | None
    amount: int | None
    reason: str | None


class ClaimRow(_Shown):
    """A claim in a list. Amounts in rupiah."""

    claim_id: UUID
    number: str | None
    worker_id: UUID
    village_code: str
    kind: str
    state: str
    died_on: date | None
    happened_on: date | None
    filed_at: datetime
    amount_awarded: int
    paid_so_far: int
    is_partly_paid: bool
    """Some lines have arrived and others have not."""
    warnings_open: int
    """Warning signs that nobody cleared."""
    term: Term | None
    """The time to pay it; null while papers are missing that start the clock."""
    next_step: str
    next_by: str
    next_words: str


class ClaimList(BaseModel):
    """A page of claims, those filed first at the head."""

    claims: list[ClaimRow]
    next_after: UUID | None
    """Ask with `after` set to this for the next page; null: there is none."""


class ClaimStanding(ClaimRow):
    """A claim, without who anybody is."""

    kpj: str | None
    happened_at: datetime | None
    admitted_on: date | None
    filed_by: str
    reported_by: str
    excuse: str | None
    living: dict[str, int] | None
    shares: dict[str, Any] | None
    assessment: dict[str, Any] | None
    verified_by: str | None
    verified_at: datetime | None
    override: str | None
    funeral_paid_elsewhere: bool
    """The verifier found that another segment paid the funeral benefit: it is paid once."""
    first_approved_by: str | None
    approvers_needed: int | None
    decided_by: str | None
    decided_at: datetime | None
    explanation: dict[str, Any] | None
    in_words: list[str]
    """The explanation in plain Indonesian."""
    confirmation: str | None
    rejection: str | None
    ground: str | None
    appeal_id: UUID | None
    paid_at: datetime | None
    amount_paid: int | None
    notice_due_on: date | None
    """By when the family must be told what is missing (PP 44/2015 art. 44(7))."""
    documents_missing: list[str]
    """Before it can be verified."""
    documents_missing_to_pay: list[str]
    documents: list[DocumentStanding]
    heirs: list[HeirStanding]
    lines: list[LineStanding]
    school_years: list[SchoolYear]
    warnings: int
    """Warning signs of all kinds, cleared ones too."""
    steps: list[StepStanding]
    """The history, the first step at the head."""


class Figures(BaseModel):
    """Claims of an area that ever came to each state. Amounts in rupiah."""

    area: str
    claims_filed: int
    verified: int
    approved: int
    rejected: int
    paid: int
    paid_full: int
    """Paid the whole package of a death."""
    partly_paid: int
    """Not paid yet, and some of it has arrived."""
    late: int
    """For which compensation was awarded."""
    amount_paid: int
    """What arrived of the claims that were paid."""
    amount_partly_paid: int
    """What arrived of the others."""
    compensation: int
    """Awarded for what came late."""
    by_benefit: dict[str, int]


async def claim(
    session: AsyncSession, claim_id: UUID, *, now: datetime, by: Caller
) -> ClaimStanding:
    """A claim with all that belongs to it. Raises: ClaimUnknown, OutsideArea."""
    file = await case_file(session, claim_id, now=now, by=by)
    claim = file.claim
    years = await lists.school_years(session, claim_id)
    return ClaimStanding(
        **claim.model_dump() | _row(file).model_dump(),
        kpj=file.member.kpj,
        in_words=in_words(claim.explanation),
        notice_due_on=file.notice_due_on,
        documents_missing=list(file.missing("verify")),
        documents_missing_to_pay=list(file.missing("pay")),
        documents=[DocumentStanding.model_validate(each) for each in file.documents],
        heirs=[HeirStanding.model_validate(each) for each in file.heirs],
        lines=list(file.lines),
        school_years=[SchoolYear.model_validate(each) for each in years],
        warnings=len(file.warnings),
        steps=[StepStanding.model_validate(each) for each in file.steps],
    )


async def case_file(
    session: AsyncSession, claim_id: UUID, *, now: datetime, by: Caller
) -> CaseFile:
    """A claim with its parts. Raises: ClaimUnknown, OutsideArea."""
    found = await lists.claim(session, claim_id)
    if found is None:
        raise ClaimUnknown(f"no claim {claim_id}: see the list of claims")
    by.check_area(found.Member.village_code)
    (file,) = await case_files(session, [found], now=now)
    return file


async def claims(session: AsyncSession, wanted: Wanted, *, now: datetime) -> ClaimList:
    """A page of the claims of an area."""
    rows = await lists.listed(session, wanted)
    shown = [_row(file) for file in await case_files(session, rows, now=now)]
    return ClaimList(
        claims=shown, next_after=shown[-1].claim_id if len(shown) == wanted.limit else None
    )


async def rows(
    session: AsyncSession, wanted: Wanted, *, now: datetime
) -> AsyncIterator[Sequence[Cell]]:
    """All claims that are asked for, as rows of a sheet."""
    async for portion in lists.every(session, wanted):
        for file in await case_files(session, portion, now=now):
            yield _cells(file)


async def figures(session: AsyncSession, *, area: str) -> Figures:
    """Claims of an area in figures."""
    return Figures(
        area=area,
        **await figure_queries.figures(session, area=area),
        by_benefit=await figure_queries.paid_by_benefit(session, area=area),
    )


def in_words(explanation: dict[str, Any] | None) -> list[str]:
    """The explanation of a decision in plain Indonesian; nothing where there is none."""
    return [] if explanation is None else in_indonesian(Explanation.model_validate(explanation))


def _row(file: CaseFile) -> ClaimRow:
    following = file.next_step
    return ClaimRow(
        **file.claim.model_dump(include=set(ClaimRow.model_fields)),
        village_code=file.member.village_code,
        amount_awarded=sum(line.amount for line in file.lines),
        paid_so_far=file.paid_so_far,
        is_partly_paid=file.is_partly_paid,
        warnings_open=file.warnings_open,
        term=file.term,
        next_step=following.step,
        next_by=following.by,
        next_words=following.words,
    )


def _cells(file: CaseFile) -> list[Cell]:
    row, term = _row(file), file.term
    told: dict[str, Cell] = {
        "verified_at": file.claim.verified_at,
        "decided_at": file.claim.decided_at,
        "paid_at": file.claim.paid_at,
        "due_on": term.due_on if term else None,
        "days_left": term.days_left if term else None,
        "days_late": term.days_late if term else None,
    }
    return [told[name] if name in told else getattr(row, name) for name in COLUMNS]
