"""Programmes and their quotas."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.tables import insert_rows, put_rows, update_rows
from contracts.enrollment import ProgrammeAmended, ProgrammeClosed, ProgrammeOpened
from services.enrollment.models import Programme, Quota
from services.enrollment.projections.registered import COMMITMENT, projections

_PROGRAMME = ("programme_id",)


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
                "opened_event_id": e.event_id,
                "correlation_id": e.correlation_id,
                "payer": e.payer,
                "renews": e.renews,
            }
            for e in events
        ],
    )
    await _set_quotas(session, events)


@projections.applies(ProgrammeAmended)
async def programmes_amended(session: AsyncSession, events: Sequence[ProgrammeAmended]) -> None:
    """What is named takes the place of what was."""
    for name in ("ceiling", "legal_basis"):
        rows = [
            {"programme_id": e.programme_id, name: getattr(e, name)}
            for e in events
            if getattr(e, name) is not None
        ]
        await update_rows(session, Programme, rows, keys=_PROGRAMME)
    await _set_quotas(session, events)


@projections.applies(ProgrammeClosed)
async def programmes_closed(session: AsyncSession, events: Sequence[ProgrammeClosed]) -> None:
    """No new members."""
    rows = [
        {"programme_id": e.programme_id, "closed_at": e.occurred_at, "close_reason": e.reason}
        for e in events
    ]
    await update_rows(session, Programme, rows, keys=_PROGRAMME)


async def _set_quotas(
    session: AsyncSession, events: Sequence[ProgrammeOpened | ProgrammeAmended]
) -> None:
    rows = [
        {"programme_id": e.programme_id, "region_code": q.region_code, "heads": q.heads}
        for e in events
        for q in e.quotas
    ]
    await put_rows(session, Quota, rows, keys=COMMITMENT)
