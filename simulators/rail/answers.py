"""What the rail tells: the fields of its answers and of its call-backs."""

from datetime import datetime

from simulators.rail import codes, rules
from simulators.rail.messages import AccountInquiry
from simulators.rail.rules import Entry

SUCCESS, PENDING, FAILED = "00", "03", "06"
WORDS = {SUCCESS: "Success", PENDING: "Pending", FAILED: "Failed"}

Fields = dict[str, object]


def account(inquiry: AccountInquiry, holder_name: str) -> Fields:
    """Who holds an account."""
    return {
        "partnerReferenceNo": inquiry.partner_reference_no,
        "beneficiaryAccountName": holder_name,
        "beneficiaryAccountNo": inquiry.beneficiary_account_no,
        "beneficiaryBankCode": inquiry.beneficiary_bank_code,
        "beneficiaryBankName": rules.bank_name(inquiry.beneficiary_bank_code),
        "currency": "IDR",
    }


def transfer(entry: Entry, *, amount: int) -> Fields:
    """A transfer as its answer tells it."""
    order = entry.order
    return {
        "referenceNo": entry.reference_no,
        "partnerReferenceNo": order.partner_reference_no,
        "amount": _snap(amount),
        "beneficiaryAccountNo": order.beneficiary_account_no,
        "beneficiaryBankCode": order.beneficiary_bank_code,
        "sourceAccountNo": order.source_account_no,
    }


def latest(entry: Entry, now: datetime) -> str:
    """The status of a transfer at an instant."""
    if now < entry.final_at:
        return PENDING
    return SUCCESS if entry.succeeds else FAILED


def status(entry: Entry, latest: str, *, amount: int) -> Fields:
    """A transfer as a status query or a call-back tells it."""
    outcome = {} if latest == PENDING else {"previousResponseCode": entry.response_code}
    return {
        "originalReferenceNo": entry.reference_no,
        "originalPartnerReferenceNo": entry.order.partner_reference_no,
        "serviceCode": codes.TRANSFER,
        "amount": _snap(amount),
        "beneficiaryAccountNo": entry.order.beneficiary_account_no,
        "beneficiaryBankCode": entry.order.beneficiary_bank_code,
        "sourceAccountNo": entry.order.source_account_no,
        "latestTransactionStatus": latest,
        "transactionStatusDesc": WORDS[latest],
        **outcome,
    }


def _snap(rupiah: int) -> dict[str, str]:
    return {"value": f"{rupiah}.00", "currency": "IDR"}
