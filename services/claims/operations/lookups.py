"""Tell how claims stand."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.web.access import Caller
from services.claims.models import ApprovedLine, Document, Payout
from services.claims.operations.claims import ClaimUnknown
from services.claims.queries import lists
from services.claims.rules.claims import ClaimState, missing_papers
from services.claims.rules.term import Term, term

LIST_ROWS_MAX = 200


class _Shown(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class HeirStanding(_Shown):
    """An heir, without who it is: that is sealed."""

    party_id: UUID
    heir_class: int
    account: str
    registered_by: str
    registered_at: datetime


class DocumentStanding(_Shown):
    """A document; one that was replaced counts no longer."""

    document_id: UUID
    kind: str
    issuer: str
    issued_on: date
    sha256: str
    attached_by: str
    attached_at: datetime
    replaced_by: UUID | None


class LineStanding(BaseModel):
    """An approved line and how its payment stands. Amount in rupiah."""

    benefit: str
    amount: int
    payee_id: UUID
    state: Literal["on-the-way", "settled", "failed"]
    failure: str | None


class ClaimRow(_Shown):
    """A claim in a list."""

    claim_id: UUID
    worker_id: UUID
    village_code: str
    state: str
    died_on: date
    filed_at: datetime
    term: Term | None
    """The three working days; None while papers are missing."""


class ClaimList(BaseModel):
    """The claims that wait in a state, the oldest first; at most LIST_ROWS_MAX."""

    claims: list[ClaimRow]
    more: bool


class ClaimStanding(ClaimRow):
    """A claim, without who anybody is."""

    kpj: str | None
    filed_by: str
    verified_by: str | None
    verified_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    explanation: dict[str, Any] | None
    confirmation: str | None
    rejection: str | None
    paid_at: datetime | None
    amount_paid: int | None
    documents_missing: list[str]
    documents: list[DocumentStanding]
    heirs: list[HeirStanding]
    lines: list[LineStanding]


class Figures(BaseModel):
    """Claims of an area that ever came to each state. Amounts in rupiah."""

    area: str
    claims_filed: int
    verified: int
    approved: int
    rejected: int
    paid: int
    paid_full: int
    """Paid the whole package."""
    amount_paid: int
    by_benefit: dict[str, int]


async def claim(session: AsyncSession, claim_id: UUID, *, by: Caller) -> ClaimStanding:
    """A claim with all that belongs to it. Raises: ClaimUnknown, OutsideArea."""
    found = await lists.claim(session, claim_id)
    if found is None:
        raise ClaimUnknown(f"no claim {claim_id}: see the list of claims")
    by.check_area(found.Member.village_code)
    documents = await lists.documents(session, [claim_id])
    payouts = await lists.payouts(session, claim_id)
    return ClaimStanding(
        **found.Claim.model_dump(),
        village_code=found.Member.village_code,
        kpj=found.Member.kpj,
        term=_term(documents, paid_at=found.Claim.paid_at),
        documents_missing=list(missing_papers({each.kind for each in documents})),
        documents=[DocumentStanding.model_validate(each) for each in documents],
        heirs=[HeirStanding.model_validate(heir) for heir in await lists.heirs(session, claim_id)],
        lines=[_line(line, payouts) for line in await lists.lines(session, claim_id)],
    )


async def claims(session: AsyncSession, state: ClaimState, *, by: Caller) -> ClaimList:
    """The claims of the caller's area in a state."""
    found = await lists.claims(session, state=state, area=by.area, rows_max=LIST_ROWS_MAX + 1)
    shown = found[:LIST_ROWS_MAX]
    papers: dict[UUID, list[Document]] = {row.Claim.claim_id: [] for row in shown}
    for document in await lists.documents(session, list(papers)):
        papers[document.claim_id].append(document)
    return ClaimList(
        claims=[
            ClaimRow(
                **row.Claim.model_dump(),
                village_code=row.Member.village_code,
                term=_term(papers[row.Claim.claim_id], paid_at=row.Claim.paid_at),
            )
            for row in shown
        ],
        more=len(found) > len(shown),
    )


async def figures(session: AsyncSession, *, area: str) -> Figures:
    """Claims of an area in figures."""
    return Figures(
        area=area,
        **await lists.figures(session, area=area),
        by_benefit=await lists.paid_by_benefit(session, area=area),
    )


def _term(documents: Iterable[Document], *, paid_at: datetime | None) -> Term | None:
    arrived: dict[str, datetime] = {}
    for document in documents:
        at = arrived.get(document.kind, document.attached_at)
        arrived[document.kind] = min(at, document.attached_at)
    return term(arrived, paid_at=paid_at)


def _line(line: ApprovedLine, payouts: Sequence[Payout]) -> LineStanding:
    ended = [payout for payout in payouts if payout.benefit == line.benefit]
    last = ended[-1] if ended else None
    state: Literal["on-the-way", "settled", "failed"] = "on-the-way"
    if last is not None:
        state = "settled" if last.settled else "failed"
    return LineStanding(
        benefit=line.benefit,
        amount=line.amount,
        payee_id=line.payee_id,
        state=state,
        failure=last.failure if last else None,
    )
