"""How events change the tables of banking, live and in replay: one module a noun."""

from services.banking.projections import (
    accounts,
    copies,
    funds,
    ledger,
    payouts,
    reconciliation,
)
from services.banking.projections.registered import projections, replicas

__all__ = [
    "accounts",
    "copies",
    "funds",
    "ledger",
    "payouts",
    "projections",
    "reconciliation",
    "replicas",
]
