"""What the rail decides about an order, from values alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from simulators.rail import codes
from simulators.rail.codes import Case
from simulators.rail.messages import Behavior, Instruction, TransferOrder

AMOUNT_MAX: Final = 250_000_000
"""BI-FAST's limit for one transaction, in rupiah."""

BANKS: Final = {
    "002": "Bank Rakyat Indonesia",
    "008": "Bank Mandiri",
    "009": "Bank Negara Indonesia",
    "011": "Bank Danamon",
    "013": "Bank Permata",
    "014": "Bank Central Asia",
    "022": "Bank CIMB Niaga",
    "130": "Bank NTT",
    "200": "Bank Tabungan Negara",
    "451": "Bank Syariah Indonesia",
}

ACCOUNT_ENDINGS: Final = {
    "000009": codes.ACCOUNT_DORMANT,
    "000011": codes.ACCOUNT_UNKNOWN,
    "000018": codes.ACCOUNT_CLOSED,
}
"""An account number with such an ending is in that case (four zeros, SNAP's case); others exist."""

DELAYED: Final = frozenset({Behavior.SLOW, Behavior.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class Entry:
    """One transfer in the book: the order as received, and how it ends."""

    order: TransferOrder
    response_code: str
    response_message: str
    behavior: Behavior
    received_at: datetime
    final_at: datetime
    """From this instant on the outcome holds (and money, if any, has moved)."""
    requests: int = 1
    position: int = 0
    """Its place in the book, from 1; 0 while it is not written."""

    @property
    def reference_no(self) -> str:
        """The rail's own reference."""
        return f"RAIL{self.position:012d}"

    @property
    def succeeds(self) -> bool:
        """Whether the outcome is that money moves."""
        return self.response_code == codes.SUCCESSFUL.code(codes.TRANSFER)

    @property
    def carried(self) -> int:
        """The rupiah that the transfer carries: those ordered, unless the rail errs."""
        ordered = self.order.amount.rupiah
        errs = self.behavior is Behavior.WRONG_AMOUNT_MOVED
        return another_amount(ordered) if errs else ordered

    def moved(self, *, now: datetime) -> int:
        """The rupiah that have moved by now."""
        return self.carried if self.succeeds and self.final_at <= now else 0


def another_amount(rupiah: int) -> int:
    """What a rail says or moves when it errs: one rupiah more, or less at the limit."""
    return rupiah + 1 if rupiah < AMOUNT_MAX else rupiah - 1


def bank_name(bank_code: str) -> str:
    """The bank's name; NotServed (400..01) when the rail reaches no such bank."""
    if bank_code not in BANKS:
        raise codes.NotServed(codes.FIELD_FORMAT, "beneficiaryBankCode")
    return BANKS[bank_code]


def account_case(account_no: str) -> Case:
    """SUCCESSFUL, or what is wrong with the account."""
    return ACCOUNT_ENDINGS.get(account_no[-6:], codes.SUCCESSFUL)


def outcome(order: TransferOrder, instruction: Instruction) -> tuple[str, str]:
    """The response code and message in which the order ends."""
    if instruction.response_code is not None:
        return instruction.response_code, "Refused as instructed"
    case = account_case(order.beneficiary_account_no)
    if order.amount.rupiah > AMOUNT_MAX:
        case = codes.LIMIT_EXCEEDED
    return case.code(codes.TRANSFER), case.message


def decided(order: TransferOrder, instruction: Instruction, *, now: datetime) -> Entry:
    """The entry that an order becomes."""
    response_code, response_message = outcome(order, instruction)
    waits_s = instruction.delay_s if instruction.behavior in DELAYED else 0.0
    return Entry(
        order=order,
        response_code=response_code,
        response_message=response_message,
        behavior=instruction.behavior,
        received_at=now,
        final_at=now + timedelta(seconds=waits_s),
    )


def same_content(one: TransferOrder, other: TransferOrder) -> bool:
    """Whether two orders move the same money the same way, whenever they were written."""
    return one.model_copy(update={"transaction_date": other.transaction_date}) == other
