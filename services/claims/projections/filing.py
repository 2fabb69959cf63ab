"""What is reported and handed in."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.tables import insert_rows, update_rows
from contracts.claims import (
    AccidentAssessed,
    ClaimFiled,
    ClaimResubmitted,
    ClaimReturned,
    ClaimVerified,
    DocumentAttached,
    DocumentChecked,
)
from services.claims.models import Claim, Document
from services.claims.projections.registered import projections
from services.claims.projections.steps import take_steps

CLAIM = ("claim_id",)
_RETURNED = {
    "state": "returned",
    "verified_by": None,
    "verified_at": None,
    "verified_documents": None,
    "first_approved_by": None,
    "first_decision": None,
    "approvers_needed": None,
}


@projections.applies(ClaimFiled)
async def claims_filed(session: AsyncSession, events: Sequence[ClaimFiled]) -> None:
    """A claim."""
    await insert_rows(session, Claim, [_filed(event) for event in events])
    await take_steps(session, events, "filed", lambda e: (e.filed_by, e.excuse))


def _filed(event: ClaimFiled) -> dict[str, Any]:
    reporter = event.reporter
    return {
        "claim_id": event.claim_id,
        "worker_id": event.worker_id,
        "number": event.number,
        "kind": event.kind,
        "state": "filed",
        "died_on": event.died_on,
        "happened_on": event.happened_on,
        "happened_at": event.happened_at,
        "admitted_on": event.admitted_on,
        "filed_by": event.filed_by,
        "filed_at": event.occurred_at,
        "reported_by": event.reported_by,
        "reporter": None if reporter is None else reporter.model_dump(mode="json"),
        "phone_mark": event.phone_mark,
        "excuse": event.excuse,
    }


@projections.applies(DocumentAttached)
async def documents_attached(session: AsyncSession, events: Sequence[DocumentAttached]) -> None:
    """A paper, and the one before it that counts no longer."""
    fields = ("document_id", "claim_id", "kind", "issuer", "issued_on", "sha256", "media_type",
              "size", "attached_by")  # fmt: skip
    rows = [
        {name: getattr(e, name) for name in fields} | {"attached_at": e.occurred_at} for e in events
    ]
    await insert_rows(session, Document, rows)
    replaced = [
        {"document_id": e.replaces, "replaced_by": e.document_id}
        for e in events
        if e.replaces is not None
    ]
    await update_rows(session, Document, replaced, keys=("document_id",))


@projections.applies(DocumentChecked)
async def documents_checked(session: AsyncSession, events: Sequence[DocumentChecked]) -> None:
    """An officer saw the original."""
    rows = [
        {
            "document_id": e.document_id,
            "is_good": e.is_good,
            "checked_by": e.checked_by,
            "checked_at": e.occurred_at,
            "fault": e.reason,
        }
        for e in events
    ]
    await update_rows(session, Document, rows, keys=("document_id",))


@projections.applies(AccidentAssessed)
async def accidents_assessed(session: AsyncSession, events: Sequence[AccidentAssessed]) -> None:
    """What an accident cost."""
    rows = [{"claim_id": e.claim_id, "assessment": _assessed(e)} for e in events]
    await update_rows(session, Claim, rows, keys=CLAIM)
    await take_steps(session, events, "assessed", lambda e: (e.assessed_by, None))


def _assessed(event: AccidentAssessed) -> dict[str, Any]:
    """Of an accident without what is said of diseases, as rows were before they were known."""
    left_out = {"event_id", "occurred_at", "causation_id", "correlation_id", "claim_id",
                "worker_id"}  # fmt: skip
    if not event.is_disease:
        left_out |= {"is_disease", "work_ended_on"}
    return event.model_dump(mode="json", exclude=left_out)


@projections.applies(ClaimReturned)
async def claims_returned(session: AsyncSession, events: Sequence[ClaimReturned]) -> None:
    """The file waits for what is missing; who verified it or approved it first does so anew."""
    rows = [{"claim_id": e.claim_id} | _RETURNED for e in events]
    await update_rows(session, Claim, rows, keys=CLAIM)
    await take_steps(
        session,
        events,
        "returned",
        lambda e: (e.returned_by, f"{e.note} ({', '.join(e.missing)})" if e.missing else e.note),
    )


@projections.applies(ClaimResubmitted)
async def claims_resubmitted(session: AsyncSession, events: Sequence[ClaimResubmitted]) -> None:
    """It is worked on again."""
    rows = [{"claim_id": e.claim_id, "state": "filed"} for e in events]
    await update_rows(session, Claim, rows, keys=CLAIM)
    await take_steps(session, events, "resubmitted", lambda e: (e.resubmitted_by, None))


@projections.applies(ClaimVerified)
async def claims_verified(session: AsyncSession, events: Sequence[ClaimVerified]) -> None:
    """The papers were looked through."""
    rows = [
        {
            "claim_id": e.claim_id,
            "state": "verified",
            "verified_by": e.verified_by,
            "verified_at": e.occurred_at,
            "verified_documents": [seen.model_dump(mode="json") for seen in e.documents],
            "override": e.override,
            "funeral_paid_elsewhere": e.funeral_paid_elsewhere,
        }
        for e in events
    ]
    await update_rows(session, Claim, rows, keys=CLAIM)
    await take_steps(session, events, "verified", lambda e: (e.verified_by, e.override))
