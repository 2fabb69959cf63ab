"""What banking keeps of the facts of enrollment and claims."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.state.tables import put_rows
from contracts.claims import ClaimFiled, ClaimRejected, HeirRegistered
from contracts.enrollment import InvoiceIssued, ProgrammeOpened, WorkerAmended, WorkerEnrolled
from services.banking.models import FiledClaim, Invoice, Member, Party, Programme
from services.banking.projections.registered import replicas
from services.banking.rules.accounts import paid_holder


@replicas.applies(ProgrammeOpened)
async def programmes(session: AsyncSession, events: Sequence[ProgrammeOpened]) -> None:
    """Whose money pays contributions."""
    rows = [
        {"programme_id": e.programme_id, "province_code": e.province_code, "name": e.name}
        for e in events
    ]
    await put_rows(session, Programme, rows, keys=("programme_id",))


@replicas.applies(WorkerEnrolled)
async def members(session: AsyncSession, events: Sequence[WorkerEnrolled]) -> None:
    """Where members live, and who they are."""
    rows = [
        {
            "worker_id": e.worker_id,
            "village_code": e.village_code,
            "identity": e.identity.model_dump_json(),
        }
        for e in events
    ]
    await put_rows(session, Member, rows, keys=("worker_id",))


@replicas.applies(WorkerAmended)
async def members_amended(session: AsyncSession, events: Sequence[WorkerAmended]) -> None:
    """The record as it was corrected."""
    rows = [
        {
            "worker_id": e.worker_id,
            "village_code": e.village_code,
            "identity": e.after.model_dump_json(),
        }
        for e in events
    ]
    await put_rows(session, Member, rows, keys=("worker_id",))


@replicas.applies(InvoiceIssued)
async def invoices(session: AsyncSession, events: Sequence[InvoiceIssued]) -> None:
    """What programmes owe."""
    rows = [
        {
            "invoice_id": e.invoice_id,
            "programme_id": e.programme_id,
            "month": e.month,
            "district_code": e.district_code,
            "amount": e.amount,
            "due_on": e.due_on,
        }
        for e in events
    ]
    await put_rows(session, Invoice, rows, keys=("invoice_id",))


@replicas.applies(HeirRegistered)
async def parties(session: AsyncSession, events: Sequence[HeirRegistered]) -> None:
    """Who is paid, and where."""
    rows = [
        {
            "claim_id": e.claim_id,
            "party_id": e.party_id,
            "worker_id": e.worker_id,
            "account": e.account,
            "holder_id": paid_holder(e),
            "identity": e.identity.model_dump(mode="json"),
        }
        for e in events
    ]
    await put_rows(session, Party, rows, keys=("claim_id", "party_id"))


@replicas.applies(ClaimFiled)
async def filed_claims(session: AsyncSession, events: Sequence[ClaimFiled]) -> None:
    """Members whose death was reported; who was hurt and lives is none of them."""
    rows = [
        {"claim_id": e.claim_id, "worker_id": e.worker_id} for e in events if e.died_on is not None
    ]
    await put_rows(session, FiledClaim, rows, keys=("claim_id",))


@replicas.applies(ClaimRejected)
async def wrong_reports(session: AsyncSession, events: Sequence[ClaimRejected]) -> None:
    """A report that was wrong blocks nothing any more, whatever is opened or amended later."""
    wrong = [e.claim_id for e in events if e.member_lives]
    await session.execute(delete(FiledClaim).where(col(FiledClaim.claim_id).in_(wrong)))
