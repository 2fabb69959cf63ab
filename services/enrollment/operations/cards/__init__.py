"""Cards: print them, hand them over, replace the lost, check the shown."""

from services.enrollment.operations.cards.checking import (
    CheckedCard,
    Revocations,
    check,
    revocations,
)
from services.enrollment.operations.cards.handing_over import (
    Counted,
    HandedOver,
    Lost,
    deliver_batch,
    deliver_card,
    deliver_district,
    report_lost,
)
from services.enrollment.operations.cards.printing import (
    Printed,
    PrintedBatch,
    PrintedDistrict,
    print_district,
    print_village,
)

__all__ = [
    "CheckedCard",
    "Counted",
    "HandedOver",
    "Lost",
    "Printed",
    "PrintedBatch",
    "PrintedDistrict",
    "Revocations",
    "check",
    "deliver_batch",
    "deliver_card",
    "deliver_district",
    "print_district",
    "print_village",
    "report_lost",
    "revocations",
]
