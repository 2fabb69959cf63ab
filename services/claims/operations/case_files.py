"""Claims with all that belongs to them, gathered for many at once: as lists, letters and the
family's page show them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeVar, cast
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.claims import ClaimKind, DocumentKind, HeirClass
from services.claims.models import (
    ApprovedLine,
    Claim,
    ClaimStep,
    Document,
    Heir,
    Member,
    Payout,
    RaisedWarning,
)
from services.claims.queries import lists
from services.claims.rules.checklist import missing_papers, missing_receipts
from services.claims.rules.claims import ClaimState
from services.claims.rules.next_steps import NextStep, Waiting, next_step
from services.claims.rules.term import Pause, Term, notice_due_on, term

LineState = Literal["on-the-way", "settled", "failed", "held"]
Of = TypeVar("Of", Document, Heir, ApprovedLine, Payout, ClaimStep, RaisedWarning)
_RETURNED, _BACK = "returned", frozenset({"resubmitted", "reopened", "reclassified"})


class LineStanding(BaseModel):
    """A line that was awarded, and how its payment stands. Amount in rupiah."""

    line_id: UUID
    benefit: str
    amount: int
    payee_id: UUID
    origin: str
    """`approval`, `compensation` or `scholarship`."""
    decision_id: UUID
    """The event that awarded it; before a reopening there may have been others."""
    state: LineState
    """`held`: due once the arrears are paid."""
    failure: str | None
    """Why the bank could not pay, in its words."""
    arrived_at: datetime | None


@dataclass(frozen=True)
class CaseFile:
    """One claim with its parts."""

    claim: Claim
    member: Member
    documents: Sequence[Document]
    heirs: Sequence[Heir]
    lines: Sequence[LineStanding]
    steps: Sequence[ClaimStep]
    warnings: Sequence[RaisedWarning]
    now: datetime

    @property
    def kind(self) -> ClaimKind:
        """The kind of claim."""
        return cast(ClaimKind, self.claim.kind)

    @property
    def heir_class(self) -> HeirClass | None:
        """By the heir certificate, else the highest that is registered; None: not known, or the
        member lives."""
        if self.kind == "work-accident":
            return None
        if self.claim.living is not None:
            return HeirClass(min(map(int, self.claim.living), default=HeirClass.NONE))
        classes = [heir.heir_class for heir in self.heirs]
        return HeirClass(min(classes)) if classes else None

    def missing(self, for_: Literal["clock", "verify", "pay"]) -> list[DocumentKind]:
        """The papers that are still missing for that; filing is the application (form F4)."""
        good = (each for each in self.documents if each.replaced_by is None and _counts(each))
        present = {"application", *(each.kind for each in good)}
        missing = missing_papers(self.kind, self.heir_class, present, for_=for_)
        receipts = [] if for_ == "clock" else missing_receipts(self.claim.assessment, present)
        return list(dict.fromkeys([*missing, *receipts]))

    @property
    def term(self) -> Term | None:
        """The time to pay it; None while papers are missing that start the clock."""
        arrived = {"application": self.claim.filed_at}
        for each in self.documents:
            if _counts(each):
                arrived[each.kind] = min(arrived.get(each.kind, self.now), each.attached_at)
        pauses = list(_pauses(self.steps))
        return term(self.kind, arrived, pauses, paid_at=self.ended_at, now=self.now)

    @property
    def notice_due_on(self) -> date | None:
        """By when the family must be told what is missing, while it was not."""
        told = any(step.step == _RETURNED for step in self.steps)
        is_open = self.claim.state == "filed" and not told and self.missing("clock")
        return notice_due_on(self.kind, self.claim.filed_at) if is_open else None

    @property
    def ended_at(self) -> datetime | None:
        """When the insurer had done its part: all paid, all but what is held, or rejected; with the
        decision, where all is held."""
        if self.claim.state == "rejected":
            return self.claim.decided_at
        if self.claim.paid_at is not None or self.claim.state != "approved":
            return self.claim.paid_at
        due = [line for line in self.lines if line.state != "held"]
        if self.lines and not due:
            return self.claim.decided_at
        arrived = [line.arrived_at for line in due if line.arrived_at is not None]
        is_held = len(due) < len(self.lines)
        return max(arrived) if is_held and arrived and len(arrived) == len(due) else None

    @property
    def paid_so_far(self) -> int:
        """Rupiah that have arrived."""
        return sum(line.amount for line in self.lines if line.state == "settled")

    @property
    def is_partly_paid(self) -> bool:
        """Whether some lines have arrived and others have not."""
        settled = [line.state == "settled" for line in self.lines]
        return any(settled) and not all(settled)

    @property
    def warnings_open(self) -> int:
        """Warning signs that nobody cleared."""
        return sum(warning.outcome != "cleared" for warning in self.warnings)

    @property
    def next_step(self) -> NextStep:
        """What is to be done, and by whom."""
        states = [line.state for line in self.lines]
        failures = (line.failure for line in self.lines if line.state == "failed")
        return next_step(
            Waiting(
                state=cast(ClaimState, self.claim.state),
                is_appealed=self.claim.appeal_id is not None,
                papers_missing=tuple(self.missing("verify")),
                has_parties=bool(self.heirs),
                is_approved_once=self.claim.first_approved_by is not None,
                lines_failed=tuple(failure or "no reason given" for failure in failures),
                lines_on_the_way=states.count("on-the-way"),
                lines_held=states.count("held"),
            )
        )


async def case_files(
    session: AsyncSession, rows: Sequence[Row[Claim, Member]], *, now: datetime
) -> list[CaseFile]:
    """These claims with their parts, in the same order."""
    ids = [row.Claim.claim_id for row in rows]
    documents = _by_claim(await lists.documents(session, ids))
    heirs = _by_claim(await lists.heirs(session, ids))
    lines = _by_claim(await lists.lines(session, ids))
    payouts = _by_claim(await lists.payouts(session, ids))
    steps = _by_claim(await lists.steps(session, ids))
    warnings = _by_claim(await lists.warnings(session, ids))
    return [
        CaseFile(
            claim=row.Claim,
            member=row.Member,
            documents=documents[row.Claim.claim_id],
            heirs=heirs[row.Claim.claim_id],
            lines=_standings(lines[row.Claim.claim_id], payouts[row.Claim.claim_id]),
            steps=steps[row.Claim.claim_id],
            warnings=warnings[row.Claim.claim_id],
            now=now,
        )
        for row in rows
    ]


def _by_claim(rows: Iterable[Of]) -> Mapping[UUID, list[Of]]:
    grouped: defaultdict[UUID, list[Of]] = defaultdict(list)
    for row in rows:
        grouped[row.claim_id].append(row)
    return grouped


def _counts(document: Document) -> bool:
    """A paper that an officer found faulty is no paper; one replaced by a better copy came in."""
    return document.is_good is not False


def _pauses(steps: Iterable[ClaimStep]) -> Iterable[Pause]:
    began: datetime | None = None
    for step in steps:
        if step.step == _RETURNED:
            began = began or step.taken_at
        elif began is not None and step.step in _BACK:
            yield began, step.taken_at
            began = None
    if began is not None:
        yield began, None


def _standings(lines: Iterable[ApprovedLine], payouts: Sequence[Payout]) -> list[LineStanding]:
    return [
        LineStanding.model_validate(_told(line, [each for each in payouts if _is_of(each, line)]))
        for line in lines
    ]


def _told(line: ApprovedLine, tries: Sequence[Payout]) -> dict[str, Any]:
    """What a line says of itself and its tries, the latest last; money that arrived stays."""
    arrived = next((each for each in tries if each.settled), None)
    state: LineState = "held" if line.is_held else "on-the-way"
    if arrived is not None:
        state = "settled"
    elif tries:
        state = "failed"
    return line.model_dump() | {
        "state": state,
        "failure": tries[-1].failure if state == "failed" else None,
        "arrived_at": arrived.ended_at if arrived else None,
    }


def _is_of(payout: Payout, line: ApprovedLine) -> bool:
    """Banking names the line; before lines had ids, the benefit was enough."""
    if payout.line_id is not None:
        return payout.line_id == line.line_id and payout.amount == line.amount
    return payout.benefit == line.benefit and payout.amount == line.amount
