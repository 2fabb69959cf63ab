"""Approve and reject claims."""

import asyncio
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.claims import ApprovalGiven, BenefitLine, Explanation
from contracts.event import Cause
from services.claims.adapters import Tools
from services.claims.adapters.blobs import BlobDamaged, BlobMissing, Blobs
from services.claims.operations import closing
from services.claims.operations.facts import Known, facts_of, heir_class_of
from services.claims.operations.held import Stepped, held_claim
from services.claims.operations.warnings import draw_review, look_for_signs
from services.claims.queries.case_file import case_files
from services.claims.queries.coverage import facts_of_cover
from services.claims.queries.lines import ordered_before, ordered_elsewhere
from services.claims.rules import decisions as rules
from services.claims.rules.claims import HeldClaim
from services.claims.rules.decisions import Approval, Award, Rejection
from services.claims.rules.documents import KnownDocument
from services.claims.rules.filing import CaseFile
from services.claims.rules.heirs import check_complete
from services.claims.rules.seen_documents import (
    DocumentChanged,
    check_payable,
    unchanged,
)


class Approved(BaseModel):
    """What was approved. Amount in rupiah, of what is paid now."""

    claim_id: UUID
    state: Literal["verified", "approved"]
    """`verified`: another approver has to agree before anything is paid."""
    approvers_needed: int
    amount: int
    lines: tuple[BenefitLine, ...]
    held: tuple[BenefitLine, ...]
    """Due once the arrears are paid."""
    explanation: Explanation


async def approve(
    unit: Unit,
    claim_id: UUID,
    approval: Approval,
    *,
    intact: frozenset[str],
    by: Caller,
    cause: Cause,
) -> Approved:
    """Decide what is paid to whom; the one approval, or the first or second of two. `intact` is
    what `documents.intact_scans` found just now.

    Whoever comes at the same time waits for the row of the claim and meets its new state.
    Raises: ClaimUnknown, OutsideArea, DocumentChanged, PaymentPapersMissing, and what
    `rules.award`, `rules.approve` and `check_complete` refuse.
    """
    tools: Tools = unit.tools
    claim = await held_claim(unit, claim_id, by=by)
    rules.check_decider(claim, approval.officer)
    file = await unit.ask(case_files, claim_id)
    assert file is not None  # noqa: S101  (it is asked for each)
    check_complete(claim, file.parties)
    await _check_papers(unit, claim, file, intact=intact)
    facts = facts_of(claim, await _known(unit, claim, file), now=unit.now)
    award = rules.award(claim, facts, file.parties, cause=cause)
    signs = await look_for_signs(unit, claim, cause=cause)
    needed = rules.approvers_needed(
        claim, award.whole, warnings=signs.warnings, two_from=tools.settings.two_approvers_from
    )
    decided = rules.approve(claim, award, approval, needed=needed, cause=cause, now=unit.now)
    if isinstance(decided, ApprovalGiven):
        await unit.record([*signs.fresh, decided])
        return _answer(claim, award, state="verified", needed=needed)
    drawn = draw_review(unit, claim.claim_id, claim.worker_id, decided)
    await unit.record([*signs.fresh, decided, *drawn])
    if not award.lines:
        await closing.close(unit, {claim_id: decided.cause})
    return _answer(claim, award, state="approved", needed=needed)


async def reject(
    unit: Unit, claim_id: UUID, rejection: Rejection, *, by: Caller, cause: Cause
) -> Stepped:
    """Decide that nothing is due. Raises: ClaimUnknown, OutsideArea, and what `rules.reject` and
    `rules.check_ground` refuse."""
    claim = await held_claim(unit, claim_id, by=by)
    if rejection.ground is not None:
        file = await unit.ask(case_files, claim_id)
        assert file is not None  # noqa: S101  (it is asked for each)
        facts = facts_of(claim, await _known(unit, claim, file), now=unit.now)
        rules.check_ground(rejection.ground, facts)
    before = await unit.ask(ordered_before, claim_id)
    assert before is not None  # noqa: S101  (it is answered for each)
    rejected = rules.reject(claim, rejection, paid_before=before, cause=cause, now=unit.now)
    await unit.record([rejected])
    return Stepped(claim_id=claim_id, state="rejected")


async def _known(unit: Unit, claim: HeldClaim, file: CaseFile) -> Known:
    cover = await unit.ask(facts_of_cover, claim.worker_id)
    before = await unit.ask(ordered_before, claim.claim_id)
    assert cover is not None  # noqa: S101  (both are answered for each)
    assert before is not None  # noqa: S101
    elsewhere = None if claim.kind == "death" else await unit.ask(ordered_elsewhere, claim.claim_id)
    return Known(file.parties, cover, before, elsewhere or {})


async def _check_papers(
    unit: Unit, claim: HeldClaim, file: CaseFile, *, intact: frozenset[str]
) -> None:
    """The papers are those that the verifier saw, to the last byte, and enough to pay by."""
    tools: Tools = unit.tools
    papers = unchanged(claim, file.documents)
    # Of a paper of before scans were kept, only the digest is known: it has no size.
    unread = [each for each in papers if each.size is not None and each.sha256 not in intact]
    await asyncio.gather(*(_check_scan(each, tools.blobs) for each in unread))
    check_payable(claim, heir_class_of(claim, file.parties), {each.kind for each in papers})


async def _check_scan(paper: KnownDocument, blobs: Blobs) -> None:
    try:
        await blobs.get(paper.sha256)
    except (BlobDamaged, BlobMissing) as changed:
        raise DocumentChanged(
            f"the scan of the document {paper.document_id} is not what was verified: tell the "
            "auditor; reject the claim, and file it anew with the right papers"
        ) from changed


def _answer(
    claim: HeldClaim, award: Award, *, state: Literal["verified", "approved"], needed: int
) -> Approved:
    return Approved(
        claim_id=claim.claim_id,
        state=state,
        approvers_needed=needed,
        amount=sum(line.amount for line in award.lines),
        lines=award.lines,
        held=award.held,
        explanation=award.explanation,
    )
