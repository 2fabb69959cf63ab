"""What clients ask of banking, one module a noun: each route parses, authorises, calls, answers."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.banking.api import (
    accounts,
    cash,
    days,
    deferrals,
    figures,
    funds,
    holders,
    holds,
    number_ranges,
    papers,
    passbooks,
    payouts,
    rail_callbacks,
    reconciliations,
    slips,
    statements,
    transfers,
    trial_balances,
)

routers: Sequence[APIRouter] = (
    funds.router,
    number_ranges.router,
    deferrals.router,
    figures.router,
    payouts.router,
    rail_callbacks.router,
    passbooks.router,
    holders.router,
    accounts.router,
    reconciliations.router,
    days.router,
    slips.router,
    papers.router,
    transfers.router,
    cash.router,
    holds.router,
    statements.router,
    trial_balances.router,
)
