"""Bill a month of a programme in every kecamatan, and freeze the list of who was billed."""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from math import ceil
from typing import Literal
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.meanwhile import meanwhile
from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.event import Cause, Event
from contracts.refusal import Refused
from services.enrollment.models import BillingRun
from services.enrollment.operations.contributions.billing import billing_terms, members_to_bill
from services.enrollment.operations.programmes import known_programme
from services.enrollment.queries import contributions as queries
from services.enrollment.rules import contributions as rules
from services.enrollment.rules.contributions import Bill, BillingTerms, Run

HEADS_TOGETHER = 2_000
"""Kecamatan of some hundred members go into one transaction, which costs more than they do."""
PIECES = 4
"""Of a transaction, one made while the one before is written."""


class BillingRunUnknown(Refused):
    """No billing run has this id."""

    slug, status, retryable = "billing-run-unknown", 404, False


class Ordered(BaseModel):
    """The billing run that was ordered: ask for it by its id."""

    run_id: UUID


class MonthlyListFigures(BaseModel):
    """All who are billed for the month, those of earlier runs included. Amounts in rupiah."""

    invoices: int
    heads: int
    amount: int
    sha256: str
    """Of the lines `worker_id,district_code,amount`, sorted, each ended by a line feed."""


class BillingRunStanding(BaseModel):
    """How far a billing run is. Amounts in rupiah."""

    run_id: UUID
    programme_id: UUID
    month: str
    state: Literal["billing", "frozen"]
    """`billing`: kecamatan are billed one after the other; `frozen`: the list is final."""
    percent: int
    ordered_by: str
    ordered_at: datetime
    frozen_at: datetime | None
    invoices: int
    """Issued by this run, one a kecamatan; the next figures are of these."""
    heads: int
    amount: int
    monthly_list: MonthlyListFigures | None


class BillingRuns(BaseModel):
    """Billing runs, the latest first."""

    runs: list[BillingRunStanding]


async def order_billing(
    unit: Unit, programme_id: UUID, *, month: str, by: Caller, cause: Cause
) -> Ordered:
    """Have a month billed everywhere.

    Raises: ProgrammeUnknown, OutsideArea, MonthOutsideProgramme, MonthNotBegun.
    """
    held = await known_programme(unit.session, programme_id)
    by.check_area(held.province_code)
    terms = await billing_terms(unit.session, programme_id)
    ordered = rules.order_billing(terms, month, cause=cause, officer=by.name, now=unit.now)
    await unit.record([ordered])
    return Ordered(run_id=ordered.run_id)


async def bill_next(unit: Unit) -> bool:
    """Bill the next kecamatan of the run that was ordered first, or freeze its list when none is
    left; tell whether there was a run.

    Kecamatan are billed whole, and their invoices say that they are done: after a crash the run
    goes on where it stopped. Who is enrolled in a kecamatan behind it comes with the next run.
    """
    run = await queries.run_to_bill(unit.session)
    if run is None:
        return False
    bills = await _next_bills(unit, run)
    if not bills:
        listed = await queries.monthly_list(unit.session, run.programme_id, run.month)
        await unit.record([rules.freeze(run, listed, now=unit.now)])
    else:
        terms = await billing_terms(unit.session, run.programme_id)
        await _issue(unit, terms, bills, cause=run.cause)
    return True


async def _issue(unit: Unit, terms: BillingTerms, bills: Sequence[Bill], *, cause: Cause) -> None:
    """Issue the invoices: each piece is made while the one before is written."""
    made: list[Event] = []
    for first in range(0, len(bills), piece := ceil(len(bills) / PIECES)):
        issued = (
            rules.issue_invoice(terms, bill, cause=cause, now=unit.now)
            for bill in bills[first : first + piece]
        )
        _, made = await meanwhile(unit.record(rules.by_type(made)), chain.from_iterable(issued))
    await unit.record(rules.by_type(made))


async def _next_bills(unit: Unit, run: Run) -> list[Bill]:
    """The next kecamatan in which somebody is to be billed, and who, as many as go together."""
    after = await queries.billed_to(unit.session, run)
    while districts := await queries.next_districts(
        unit.session, run, after=after, heads=HEADS_TOGETHER
    ):
        found = await members_to_bill(unit, run.programme_id, month=run.month, districts=districts)
        if found:
            return [Bill(run.month, code, members, run.run_id) for code, members in found.items()]
        after = districts.last
    return []


async def billing_run(session: AsyncSession, run_id: UUID, *, by: Caller) -> BillingRunStanding:
    """How far a billing run is. Raises: BillingRunUnknown, OutsideArea."""
    held = await known_run(session, run_id)
    by.check_area((await known_programme(session, held.programme_id)).province_code)
    return await _standing(session, held)


async def billing_runs(
    session: AsyncSession, programme_id: UUID, *, month: str | None, by: Caller
) -> BillingRuns:
    """The latest runs of a programme, or of one month of it. Raises: ProgrammeUnknown,
    OutsideArea."""
    by.check_area((await known_programme(session, programme_id)).province_code)
    found = await queries.billing_runs(session, programme_id, month=month)
    return BillingRuns(runs=[await _standing(session, each) for each in found])


async def known_run(session: AsyncSession, run_id: UUID) -> BillingRun:
    """The billing run. Raises: BillingRunUnknown."""
    held = await queries.billing_run(session, run_id)
    if held is None:
        raise BillingRunUnknown(f"no billing run {run_id}: see the runs of the programme")
    return held


async def _standing(session: AsyncSession, held: BillingRun) -> BillingRunStanding:
    done = await queries.issued(session, held)
    return BillingRunStanding(
        run_id=held.run_id,
        programme_id=held.programme_id,
        month=held.month,
        state="billing" if held.frozen_at is None else "frozen",
        percent=await _percent(session, held),
        ordered_by=held.ordered_by,
        ordered_at=held.ordered_at,
        frozen_at=held.frozen_at,
        **done._asdict(),
        monthly_list=None if held.frozen_at is None else _list_of(held),
    )


async def _percent(session: AsyncSession, held: BillingRun) -> int:
    """Of the members, in kecamatan that were gone through; 100 when the list is frozen."""
    if held.frozen_at is not None:
        return 100
    return min(99, await queries.gone_through(session, held))


def _list_of(held: BillingRun) -> MonthlyListFigures:
    return MonthlyListFigures.model_validate(held, from_attributes=True)
