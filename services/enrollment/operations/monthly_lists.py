"""A frozen monthly list by name and address, as a file to take out."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple
from uuid import UUID

from chassis.state.unit import Unit
from chassis.web.access import Caller
from chassis.web.reading import Notes
from chassis.web.sheets import Cell
from contracts.refusal import Refused
from services.enrollment.adapters import Tools
from services.enrollment.adapters.regions import names
from services.enrollment.models import BillingRun, Invoice
from services.enrollment.operations.contributions.runs import known_run
from services.enrollment.operations.people import opened
from services.enrollment.operations.programmes import known_programme
from services.enrollment.operations.register import note_export, note_readings
from services.enrollment.queries import monthly_lists as queries
from services.enrollment.queries.monthly_lists import START, ListLine
from services.enrollment.rules.applicants import Person
from services.enrollment.rules.masking import Sight, shown

PAGE_ROWS = 1_000
WHAT = "monthly list"
COLUMNS = (
    "Bulan", "Kode kecamatan", "Kecamatan", "Kode wilayah", "Kelurahan/Desa", "KPJ", "Nama", "NIK",
    "Alamat", "Iuran", "Dibayar pada", "Nomor tagihan", "Nomor pekerja",
)  # fmt: skip
NAMED = frozenset({"branch", "province"})
"""Who bills and who pays have to see whom, by name and address (domain 7.2, Sumatera Barat)."""


class ListNotFrozen(Refused):
    """The billing run has no list yet."""

    slug, status, retryable = "list-not-frozen", 409, True


class Wanted(NamedTuple):
    """Which list, or which kecamatan of it."""

    run_id: UUID
    district_code: str | None


@dataclass(frozen=True)
class Look:
    """Who takes a list out, and why; with what records are opened."""

    by: Caller
    reason: str | None
    tools: Tools

    @property
    def sight(self) -> Sight:
        """How much of who the members are is shown: nothing to whoever gives no reason."""
        if self.reason is None:
            return "sealed"
        return "named" if self.by.role in NAMED else "masked"

    async def opened(self, unit: Unit, worker_ids: Sequence[UUID]) -> dict[UUID, Person]:
        """Who these are, as far as it is shown; that it was, is put on record."""
        if self.reason is None:
            return {}
        persons = await opened(unit.session, worker_ids, identities=self.tools.identities)
        await note_readings(unit, persons, by=self.by, reason=self.reason, what=WHAT)
        return persons


@dataclass(frozen=True)
class MonthlyList:
    """A list on its way out."""

    month: str
    invoices: Sequence[Invoice]
    notes: Notes
    look: Look

    async def rows(self) -> AsyncIterator[Sequence[Cell]]:
        """The cells of each line, as COLUMNS says. Every page is a transaction of its own, however
        slowly the client reads, and the readings in it are on record before it goes out."""
        for invoice in self.invoices:
            after: UUID | None = START
            while after is not None:
                page = partial(self._page, invoice=invoice, after=after)
                rows, after = await self.notes.run(page)
                for row in rows:
                    yield row

    async def _page(
        self, unit: Unit, *, invoice: Invoice, after: UUID
    ) -> tuple[list[Sequence[Cell]], UUID | None]:
        """Rows, and the worker behind whom the next page begins."""
        lines = await queries.lines(
            unit.session, invoice.invoice_id, after=after, rows_max=PAGE_ROWS
        )
        persons = await self.look.opened(unit, [line.worker_id for line in lines])
        rows = [self._row(invoice, line, persons.get(line.worker_id)) for line in lines]
        return rows, lines[-1].worker_id if len(lines) == PAGE_ROWS else None

    def _row(self, invoice: Invoice, line: ListLine, person: Person | None) -> Sequence[Cell]:
        sight, of_places = self.look.sight, names()
        name, nik = shown(person, sight) if person else (None, None)
        return (
            self.month, invoice.district_code, of_places.get(invoice.district_code),
            line.village_code, of_places.get(line.village_code), line.kpj, name, nik,
            person.address if person and sight == "named" else None,
            line.amount, line.paid_on, invoice.invoice_id, line.worker_id,
        )  # fmt: skip


async def monthly_list(notes: Notes, wanted: Wanted, *, look: Look) -> MonthlyList:
    """Take a frozen list out; that it goes is on record before its first row does.

    Raises: BillingRunUnknown, OutsideArea, ListNotFrozen.
    """
    run, invoices = await notes.run(partial(_noted, wanted=wanted, look=look))
    return MonthlyList(run.month, invoices, notes, look)


async def _noted(unit: Unit, *, wanted: Wanted, look: Look) -> tuple[BillingRun, Sequence[Invoice]]:
    run = await known_run(unit.session, wanted.run_id)
    held = await known_programme(unit.session, run.programme_id)
    look.by.check_area(wanted.district_code or held.province_code)
    if run.frozen_at is None:
        raise ListNotFrozen("kecamatan are still being billed: ask again when the run is frozen")
    invoices = await queries.invoices_on(unit.session, run, district_code=wanted.district_code)
    where = f" {wanted.district_code}" if wanted.district_code else ""
    await note_export(
        unit,
        by=look.by,
        reason=look.reason or "without names",
        what=f"{WHAT} {run.month}{where}",
        rows=sum(invoice.heads for invoice in invoices),
        masked=look.sight != "named",
    )
    return run, invoices
