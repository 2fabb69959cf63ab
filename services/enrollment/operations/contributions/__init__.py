"""Contributions: billed, paid by the funder through the bank, or by members themselves."""

from services.enrollment.operations.contributions.billing import Billed, bill_month
from services.enrollment.operations.contributions.own_money import OwnPaid, pay_own
from services.enrollment.operations.contributions.payments import take_payment
from services.enrollment.operations.contributions.runs import (
    BillingRuns,
    BillingRunStanding,
    bill_next,
    billing_run,
    billing_runs,
    order_billing,
)

__all__ = [
    "Billed",
    "BillingRunStanding",
    "BillingRuns",
    "OwnPaid",
    "bill_month",
    "bill_next",
    "billing_run",
    "billing_runs",
    "order_billing",
    "pay_own",
    "take_payment",
]
