"""How enrollment's events change its tables, live and in replay."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.projections import Projections
from chassis.state.tables import add_to_rows, insert_rows, put_rows, update_rows
from contracts.enrollment import (
    AccountLinked,
    CardDelivered,
    CardPrinted,
    ContributionBilled,
    ContributionPaid,
    CoverageEnded,
    InvoiceIssued,
    MembershipActivated,
    ParkedEventDropped,
    ProgrammeAmended,
    ProgrammeOpened,
    RosterProcessed,
    RosterReceived,
    SubjectKeyRead,
    WorkerEnrolled,
)
from services.enrollment.models import (
    Commitment,
    Contribution,
    Invoice,
    Membership,
    Programme,
    Quota,
    Roster,
    Worker,
)
from services.enrollment.rules.members import district_of, region_of

projections = Projections()
projections.changes_nothing(SubjectKeyRead, ParkedEventDropped)
replicas = Projections()

_MEMBERSHIP = ("worker_id", "programme_id")
_COMMITMENT = ("programme_id", "region_code")


@projections.applies(ProgrammeOpened)
async def programmes_opened(session: AsyncSession, events: Sequence[ProgrammeOpened]) -> None:
    """A programme and its quotas."""
    await insert_rows(
        session,
        Programme,
        [
            {
                "programme_id": e.programme_id,
                "name": e.name,
                "province_code": e.province_code,
                "funder": e.funder,
                "legal_basis": e.legal_basis,
                "first_month": e.first_month,
                "last_month": e.last_month,
                "ceiling": e.ceiling,
                "jkk": e.tariff.jkk,
                "jkm": e.tariff.jkm,
                "opened_at": e.occurred_at,
            }
            for e in events
        ],
    )
    await _set_quotas(session, events)


@projections.applies(ProgrammeAmended)
async def programmes_amended(session: AsyncSession, events: Sequence[ProgrammeAmended]) -> None:
    """New quotas in the place of those of the same regions."""
    await _set_quotas(session, events)


async def _set_quotas(
    session: AsyncSession, events: Sequence[ProgrammeOpened | ProgrammeAmended]
) -> None:
    rows = [
        {"programme_id": e.programme_id, "region_code": q.region_code, "heads": q.heads}
        for e in events
        for q in e.quotas
    ]
    await put_rows(session, Quota, rows, keys=_COMMITMENT)


@projections.applies(RosterReceived)
async def rosters_received(session: AsyncSession, events: Sequence[RosterReceived]) -> None:
    """A file that waits."""
    await insert_rows(
        session,
        Roster,
        [
            {
                "roster_id": e.roster_id,
                "programme_id": e.programme_id,
                "region_code": e.region_code,
                "sha256": e.sha256,
                "row_count": e.rows,
                "received_by": e.received_by,
                "received_at": e.occurred_at,
                "received_event_id": e.event_id,
                "correlation_id": e.correlation_id,
            }
            for e in events
        ],
    )


@projections.applies(RosterProcessed)
async def rosters_processed(session: AsyncSession, events: Sequence[RosterProcessed]) -> None:
    """A file that is done, with its totals."""
    rows = [
        {
            "roster_id": e.roster_id,
            "processed_at": e.occurred_at,
            "enrolled": e.enrolled,
            "refused": e.refused,
        }
        for e in events
    ]
    await update_rows(session, Roster, rows, keys=("roster_id",))


@projections.applies(WorkerEnrolled)
async def workers_enrolled(session: AsyncSession, events: Sequence[WorkerEnrolled]) -> None:
    """A person, a place in the programme, and the promise on the region's account."""
    await insert_rows(
        session,
        Worker,
        [
            {
                "worker_id": e.worker_id,
                "roster_id": e.roster_id,
                "village_code": e.village_code,
                "has_ktp": e.has_ktp,
                "has_kk": e.has_kk,
                "identity": e.identity.model_dump_json(),
                "enrolled_at": e.occurred_at,
            }
            for e in events
        ],
    )
    await insert_rows(
        session,
        Membership,
        [
            {
                "worker_id": e.worker_id,
                "programme_id": e.programme_id,
                "district_code": district_of(e.village_code),
                "first_month": e.first_month,
                "last_month": e.last_month,
                "reserved": e.reserved,
            }
            for e in events
        ],
    )
    promised = [
        {
            "programme_id": e.programme_id,
            "region_code": region_of(e.village_code),
            "heads": 1,
            "reserved": e.reserved,
        }
        for e in events
    ]
    await add_to_rows(session, Commitment, promised, keys=_COMMITMENT)


@projections.applies(ContributionBilled)
async def contributions_billed(session: AsyncSession, events: Sequence[ContributionBilled]) -> None:
    """A month on an invoice."""
    await insert_rows(
        session,
        Contribution,
        [
            {
                "worker_id": e.worker_id,
                "programme_id": e.programme_id,
                "month": e.month,
                "invoice_id": e.invoice_id,
                "amount": e.amount,
            }
            for e in events
        ],
    )


@projections.applies(InvoiceIssued)
async def invoices_issued(session: AsyncSession, events: Sequence[InvoiceIssued]) -> None:
    """What is owed for a kecamatan and month."""
    await insert_rows(
        session,
        Invoice,
        [
            {
                "invoice_id": e.invoice_id,
                "programme_id": e.programme_id,
                "month": e.month,
                "district_code": e.district_code,
                "heads": e.heads,
                "amount": e.amount,
                "due_on": e.due_on,
                "issued_at": e.occurred_at,
            }
            for e in events
        ],
    )


@projections.applies(ContributionPaid)
async def contributions_paid(session: AsyncSession, events: Sequence[ContributionPaid]) -> None:
    """The month is paid."""
    rows = [
        {
            "worker_id": e.worker_id,
            "programme_id": e.programme_id,
            "month": e.month,
            "paid_at": e.occurred_at,
        }
        for e in events
    ]
    await update_rows(session, Contribution, rows, keys=(*_MEMBERSHIP, "month"))


@projections.applies(MembershipActivated)
async def memberships_activated(
    session: AsyncSession, events: Sequence[MembershipActivated]
) -> None:
    """The member has a number and is covered."""
    rows = [
        {
            "worker_id": e.worker_id,
            "programme_id": e.programme_id,
            "kpj": e.kpj,
            "covered_from": e.covered_from,
        }
        for e in events
    ]
    await update_rows(session, Membership, rows, keys=_MEMBERSHIP)


@projections.applies(CardPrinted)
async def cards_printed(session: AsyncSession, events: Sequence[CardPrinted]) -> None:
    """The card exists."""
    rows = [
        {
            "worker_id": e.worker_id,
            "programme_id": e.programme_id,
            "card_printed_at": e.occurred_at,
        }
        for e in events
    ]
    await update_rows(session, Membership, rows, keys=_MEMBERSHIP)


@projections.applies(CardDelivered)
async def cards_delivered(session: AsyncSession, events: Sequence[CardDelivered]) -> None:
    """The member has the card."""
    rows = [
        {
            "worker_id": e.worker_id,
            "programme_id": e.programme_id,
            "card_delivered_at": e.occurred_at,
        }
        for e in events
    ]
    await update_rows(session, Membership, rows, keys=_MEMBERSHIP)


@projections.applies(CoverageEnded)
async def coverage_ended(session: AsyncSession, events: Sequence[CoverageEnded]) -> None:
    """The cover ends, and the region's promise shrinks by what was not billed."""
    rows = [
        {"worker_id": e.worker_id, "programme_id": e.programme_id, "ended_on": e.ended_on}
        for e in events
    ]
    await update_rows(session, Membership, rows, keys=_MEMBERSHIP)
    released = [
        {
            "programme_id": e.programme_id,
            "region_code": e.region_code,
            "heads": 0,
            "reserved": -e.released,
        }
        for e in events
    ]
    await add_to_rows(session, Commitment, released, keys=_COMMITMENT)


@projections.applies(AccountLinked)
async def accounts_linked(session: AsyncSession, events: Sequence[AccountLinked]) -> None:
    """The member's account is known."""
    rows = [{"worker_id": e.worker_id, "account_id": e.account_id} for e in events]
    await update_rows(session, Worker, rows, keys=("worker_id",))
