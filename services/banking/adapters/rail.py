"""The interbank rail: ask who holds an account, order a transfer, ask what became of it."""

import asyncio
import json
from typing import Any, NamedTuple
from uuid import UUID

import httpx

from chassis.clock import real_now
from services.banking.adapters.payees import Payee
from services.banking.adapters.snap import (
    Answer,
    Partner,
    amount_of,
    answer_in,
    not_served,
    reference_of,
)
from services.banking.rules.payouts import same_name
from services.banking.rules.submissions import Meaning, Verdict

INQUIRY = "/v1.0/account-inquiry-external"
TRANSFER = "/v1.0/transfer-interbank"
STATUS = "/v1.0/transfer/status"
TRANSFER_SERVICE = "18"
FOUND = "2001600"
TRANSFERRED = "2001800"
STATUS_TOLD = "2003600"
NOT_FOUND = "4043601"

ARRIVED = Verdict(Meaning.ARRIVED)
ABSENT = Verdict(Meaning.ABSENT)
NAME_DIFFERS = Verdict(Meaning.REFUSED, "name-differs: the account is held under another name")


class TransferOrder(NamedTuple):
    """What the rail is asked to move."""

    payout_id: UUID
    amount: int
    payee: Payee


class Rail:
    """A partner's side of the rail. No call raises: what is not clear is UNKNOWN."""

    def __init__(
        self, url: str, *, partner: Partner, source_account: str, timeout_s: float
    ) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=timeout_s, trust_env=False)
        self._partner = partner
        self._source_account = source_account
        self._timeout_s = timeout_s

    async def check_payee(self, order: TransferOrder) -> Verdict | None:
        """None when the account is open and the payee's; else why the order cannot leave."""
        answer = await self._ask(
            INQUIRY,
            {
                "beneficiaryBankCode": order.payee.bank_code,
                "beneficiaryAccountNo": order.payee.account_number,
                "partnerReferenceNo": reference_of(order.payout_id),
                "additionalInfo": {"beneficiaryAccountName": order.payee.name},
            },
        )
        if isinstance(answer, Verdict):
            return answer
        if answer.response_code != FOUND or answer.beneficiary_account_name is None:
            return not_served(answer)
        held_by = answer.beneficiary_account_name
        return None if same_name(held_by, order.payee.name) else NAME_DIFFERS

    async def transfer(self, order: TransferOrder) -> Verdict:
        """Order the transfer. The rail moves money for one reference once, however often asked."""
        reference = reference_of(order.payout_id)
        answer = await self._ask(
            TRANSFER,
            {
                "partnerReferenceNo": reference,
                "amount": amount_of(order.amount),
                "beneficiaryAccountName": order.payee.name,
                "beneficiaryAccountNo": order.payee.account_number,
                "beneficiaryBankCode": order.payee.bank_code,
                "sourceAccountNo": self._source_account,
                "transactionDate": real_now().isoformat(timespec="seconds"),
            },
        )
        if isinstance(answer, Verdict):
            return answer
        if (answer.response_code, answer.partner_reference_no) == (TRANSFERRED, reference):
            return ARRIVED
        return not_served(answer)

    async def status(self, payout_id: UUID) -> Verdict:
        """What became of the transfer with this payout's reference."""
        reference = reference_of(payout_id)
        answer = await self._ask(
            STATUS,
            {"originalPartnerReferenceNo": reference, "serviceCode": TRANSFER_SERVICE},
        )
        if isinstance(answer, Verdict):
            return answer
        if answer.response_code == NOT_FOUND:
            return ABSENT
        if (answer.response_code, answer.original_partner_reference_no) == (STATUS_TOLD, reference):
            return _outcome(answer)
        return Verdict(Meaning.UNKNOWN, answer.words)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def _ask(self, path: str, fields: dict[str, Any]) -> Answer | Verdict:
        body = json.dumps(fields).encode()
        headers = self._partner.headers(path, body, at=real_now())
        try:
            async with asyncio.timeout(self._timeout_s):
                response = await self._client.post(path, content=body, headers=headers)
        except (httpx.HTTPError, OSError) as error:  # a TimeoutError is an OSError
            return Verdict(Meaning.UNKNOWN, type(error).__name__)
        return answer_in(response) or Verdict(Meaning.UNKNOWN, f"{response.status_code} torn")


def _outcome(told: Answer) -> Verdict:
    match told.latest_transaction_status:
        case "00":
            return ARRIVED
        case "06":
            return Verdict(Meaning.REFUSED, f"{told.previous_response_code or ''} Failed".strip())
        case "07":
            return ABSENT
    return Verdict(Meaning.UNKNOWN, f"status {told.latest_transaction_status}")
