"""The province's money: deposits, and the invoices that are paid from them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from chassis.web.access import IN_OPERATION, Caller, Guarded, allowed, query
from chassis.web.asked import Asked
from chassis.web.commands import Command, command
from chassis.web.reading import Session
from chassis.web.sheets import SHEETS, Format, sheet_answer
from contracts.types import Line, Month, RegionCode
from services.banking.operations import funds, invoices
from services.banking.queries.funds import InvoicesAsked, InvoiceState

AMOUNT_MAX = 1_000_000_000_000_000
"""Rupiah in one deposit: fifty thousand programmes like the first."""

router = APIRouter(route_class=Guarded, tags=["Funds"])
_LISTS = allowed("bank", "province", "auditor", area=query("area"))


class Deposit(Asked):
    """Money for a programme, and the document that it comes with."""

    programme_id: UUID
    amount: Annotated[int, Field(strict=True, gt=0, le=AMOUNT_MAX)]
    document: Line


class PayInvoices(Asked):
    """A month's invoices to pay, and the papers that order it (PP 12/2019 art. 141)."""

    programme_id: UUID
    month: Month
    payment_order: Line
    """The number of the SP2D."""
    spp: Line | None = None
    """The number of the request for payment that came before."""
    spm: Line | None = None
    """The number of the order to pay that came between."""


class InvoiceFilter(Asked):
    """Which invoices: those to which everything given applies."""

    area: RegionCode
    programme_id: UUID | None = None
    month: Month | None = None
    state: InvoiceState | None = None
    """`waiting` for a payment order, `unpaid` for lack of money, `paid`."""

    def asked(self) -> InvoicesAsked:
        """What is asked of the list."""
        return InvoicesAsked(self.area, self.programme_id, self.month, self.state)


class InvoicePage(InvoiceFilter):
    """A page of them."""

    after: UUID | None = None
    """`next_after` of the page before, with the same filter."""
    limit: Annotated[int, Field(ge=1, le=invoices.PAGE_MAX)] = invoices.PAGE_MAX


class InvoiceSheet(InvoiceFilter):
    """All of them as a file."""

    format: Format = "csv"


@router.post("/deposits", status_code=201, response_model=funds.Deposited)
async def deposit(
    asked: Deposit, command: Annotated[Command, command("province", area=IN_OPERATION)]
) -> Response:
    """Put money on a programme's account. Invoices that were ordered and waited for it are paid at
    once, the oldest due first."""
    return await command.run_bulk(
        lambda unit: funds.deposit(
            unit,
            asked.programme_id,
            asked.amount,
            document=asked.document,
            by=command.caller,
            cause=command.cause,
        )
    )


@router.post("/payment-orders", response_model=funds.Paid)
async def pay_invoices(
    asked: PayInvoices, command: Annotated[Command, command("province", area=IN_OPERATION)]
) -> Response:
    """Pay the waiting invoices of a month, as far as the programme's money goes. The others are
    paid when more is deposited; nobody has to order them again."""
    order = funds.PaymentOrder(asked.month, asked.payment_order, asked.spp, asked.spm)
    return await command.run_bulk(
        lambda unit: funds.pay_invoices(
            unit, asked.programme_id, order, by=command.caller, cause=command.cause
        )
    )


@router.get("/invoices")
async def list_invoices(
    wanted: Annotated[InvoicePage, Query()], session: Session, _caller: Annotated[Caller, _LISTS]
) -> invoices.Invoices:
    """What programmes owe for the kecamatan of an area, and what became of it, oldest due first."""
    return await invoices.invoices_of(
        session, wanted.asked(), after=wanted.after, limit=wanted.limit
    )


@router.get("/invoices/sheet", response_class=Response, responses=SHEETS)
async def invoices_sheet(
    wanted: Annotated[InvoiceSheet, Query()], session: Session, _caller: Annotated[Caller, _LISTS]
) -> Response:
    """The same, whole, for a spreadsheet."""
    rows = invoices.invoice_rows(session, wanted.asked())
    name = f"invoices-{wanted.area}"
    return await sheet_answer(wanted.format, name, invoices.SHEET_COLUMNS, rows)
