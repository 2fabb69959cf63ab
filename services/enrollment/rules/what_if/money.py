"""Programmes, rosters and months on invoices, decided again."""

from dataclasses import replace
from typing import TypeVar

from chassis.local_time import local_day
from contracts.enrollment import (
    ContributionBilled,
    ContributionPaid,
    InvoiceCleared,
    InvoiceIssued,
    ProgrammeAmended,
    ProgrammeClosed,
    ProgrammeOpened,
    RosterProcessed,
    RosterReceived,
)
from contracts.types import InvoiceId
from services.enrollment.rules.months import month_of
from services.enrollment.rules.places import region_of
from services.enrollment.rules.what_if.books import Books, Consequence, Fund
from services.enrollment.rules.what_if.prices import Prices

FOR_WANT = ("budget-exhausted", "quota-exhausted")
Listed = TypeVar("Listed", InvoiceIssued, InvoiceCleared)


def opened(books: Books, event: ProgrammeOpened) -> ProgrammeOpened:
    """A programme begins with all its places and all its money."""
    quotas = {quota.region_code: quota.heads for quota in event.quotas}
    books.funds[event.programme_id] = Fund(
        first_month=event.first_month,
        last_month=event.last_month,
        places=dict(quotas),
        money=event.ceiling,
        month=event.tariff.month,
        prices=Prices(event.tariff.month, books.other),
        ceiling=event.ceiling,
        quotas=quotas,
    )
    return event


def amended(books: Books, event: ProgrammeAmended) -> ProgrammeAmended:
    """Places and money grow or shrink; below what is promised too, which nobody would be let."""
    fund = books.funds[event.programme_id]
    for region_code, heads in ((each.region_code, each.heads) for each in event.quotas):
        left = fund.places.get(region_code, 0)
        fund.places[region_code] = left + heads - fund.quotas.get(region_code, 0)
        fund.quotas[region_code] = heads
    if event.ceiling is not None:
        fund.money += event.ceiling - fund.ceiling
        fund.ceiling = event.ceiling
    return event


def closed(books: Books, event: ProgrammeClosed) -> ProgrammeClosed:
    """No new members."""
    books.funds[event.programme_id].closed = True
    return event


def received(books: Books, event: RosterReceived) -> RosterReceived:
    """Where its rows are from is noted."""
    books.rosters[event.roster_id] = region_of(event.region_code)
    return event


def processed(books: Books, event: RosterProcessed) -> RosterProcessed:
    """Rows that were refused for want of money or place are taken in, as many as there is room
    for. By the record's prices they are counted only: see `Books.would_fit`."""
    fund, region_code = books.funds[event.programme_id], books.rosters[event.roster_id]
    refused = sum(event.refused.get(slug, 0) for slug in FOR_WANT)
    this_month = month_of(local_day(event.occurred_at))
    first_month, months = fund.months(this_month=this_month)
    trial = replace(fund, places=dict(fund.places))
    fit = _taken_in(trial, refused, region_code, this_month)
    if books.other is None:
        books.would_fit[event.roster_id] = fit
        return event
    consequence = Consequence(event.programme_id, region_code, event.roster_id, "taken-in")
    more = max(0, fit - books.would_fit[event.roster_id])
    for _ in range(_taken_in(fund, more, region_code, this_month)):
        books.note(consequence, months=months)
        books.heads_taken_in[event.programme_id] += 1
        books.money_taken_in[event.programme_id] += fund.cost(first_month, months)
    return event


def _taken_in(fund: Fund, rows: int, region_code: str, this_month: str) -> int:
    """How many of these rows it takes in."""
    for row in range(rows):
        if isinstance(fund.reserve(region_code=region_code, this_month=this_month), str):
            return row
    return rows


def billed(books: Books, event: ContributionBilled) -> ContributionBilled | None:
    """The month at its price; not, where it was not promised."""
    place = books.place(event)
    if place is None or not place.first_month <= event.month <= place.last_month:
        return None
    amount = place.fund.prices.of(event.month)
    place.bill(event.month, amount)
    _count(books.billed, event.invoice_id, amount)
    return event.model_copy(update={"amount": amount})


def paid(books: Books, event: ContributionPaid) -> ContributionPaid | None:
    """What was billed is paid. What members paid themselves is by another tariff, and stays."""
    place = books.place(event)
    if place is None:
        return None
    if event.payer == "self":
        place.billed.setdefault(event.month, 0)
        return event
    if event.month not in place.billed:
        return None
    amount = place.billed[event.month]
    _count(books.paid, event.invoice_id, amount)
    return event.model_copy(update={"amount": amount})


def issued(books: Books, event: InvoiceIssued) -> InvoiceIssued | None:
    """The sum of what is on it; nothing on it, no invoice."""
    return _summed(event, books.billed)


def cleared(books: Books, event: InvoiceCleared) -> InvoiceCleared | None:
    """The sum of what was paid by it."""
    return _summed(event, books.paid)


def _count(sums: dict[InvoiceId, list[int]], invoice_id: InvoiceId, amount: int) -> None:
    found = sums.setdefault(invoice_id, [0, 0])
    found[0] += 1
    found[1] += amount


def _summed(event: Listed, sums: dict[InvoiceId, list[int]]) -> Listed | None:
    heads, amount = sums.get(event.invoice_id, (0, 0))
    return event.model_copy(update={"heads": heads, "amount": amount}) if heads else None
