"""Tables of the banking service."""

from services.banking.models.accounts import (
    Account,
    Deferral,
    Holder,
    NumberCount,
    NumberRange,
)
from services.banking.models.base import (
    Operational,
    Table,
)
from services.banking.models.funds import (
    Payment,
)
from services.banking.models.ledger import (
    Balance,
    Hold,
    Transfer,
)
from services.banking.models.operational import (
    RailCallback,
    StatementLine,
    Submission,
)
from services.banking.models.payouts import (
    Payout,
    Slip,
)
from services.banking.models.reconciliation import (
    ClosedDay,
    Difference,
    RailStatement,
)
from services.banking.models.replicas import (
    FiledClaim,
    Invoice,
    Member,
    Party,
    Programme,
)

__all__ = [
    "Account",
    "Balance",
    "ClosedDay",
    "Deferral",
    "Difference",
    "FiledClaim",
    "Hold",
    "Holder",
    "Invoice",
    "Member",
    "NumberCount",
    "NumberRange",
    "Operational",
    "Party",
    "Payment",
    "Payout",
    "Programme",
    "RailCallback",
    "RailStatement",
    "Slip",
    "StatementLine",
    "Submission",
    "Table",
    "Transfer",
]
