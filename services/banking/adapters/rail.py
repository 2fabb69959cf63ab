"""The interbank rail: ask who holds an account, order a transfer, ask what became of it.

Nothing that the rail answers is taken on trust: see docs/banking/rail.md for what each answer means
and for the limits. No call raises: what is not clear is UNKNOWN.
"""

import json
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import httpx

from chassis.cancelling import let_go_cleanly
from chassis.clock import real_now
from chassis.tls import trusted
from services.banking.adapters.breaker import Breaker, RailShut
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


class Service(NamedTuple):
    """A service of the rail: where it is, and its number in response codes."""

    path: str
    number: str


INQUIRY = Service("/v1.0/account-inquiry-external", "16")
TRANSFER = Service("/v1.0/transfer-interbank", "18")
STATUS = Service("/v1.0/transfer/status", "36")
FOUND = "2001600"
TRANSFERRED = "2001800"
STATUS_TOLD = "2003600"
NOT_FOUND = "4043601"
ANSWER_BYTES_MAX = 64 * 1024
CONNECTIONS_MAX = 64

ARRIVED = Verdict(Meaning.ARRIVED)
ABSENT = Verdict(Meaning.ABSENT)
NAME_DIFFERS = Verdict(Meaning.REFUSED, "name-differs: the account is held under another name")
SHUT = Verdict(Meaning.PUT_OFF, "the rail did not answer of late and is left alone")


class TransferOrder(NamedTuple):
    """What the rail is asked to move."""

    payout_id: UUID
    amount: int
    payee: Payee


class Rail:
    """A partner's side of the rail."""

    def __init__(
        self,
        url: str,
        *,
        partner: Partner,
        source_account: str,
        timeout_s: float,
        breaker: Breaker | None = None,
    ) -> None:
        self._client = httpx.AsyncClient(
            base_url=url,
            timeout=timeout_s,
            trust_env=False,
            verify=trusted(),
            follow_redirects=False,  # a signed order goes to the rail, and to nobody it names
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            limits=httpx.Limits(
                max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX
            ),
        )
        self.partner = partner
        self.breaker = breaker or Breaker()
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
        if not _is_to(order.payee, answer):
            return Verdict(Meaning.UNKNOWN, f"{answer.response_code} of another account")
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
        if answer.partner_reference_no not in {reference, None}:
            return Verdict(Meaning.UNKNOWN, f"{answer.response_code} of another reference")
        amiss = _amiss(answer, amount=order.amount, payee=order.payee)
        if amiss is not None:
            return amiss
        if (answer.response_code, answer.partner_reference_no) == (TRANSFERRED, reference):
            return ARRIVED
        return not_served(answer)

    async def status(self, payout_id: UUID, *, amount: int, payee: Payee | None) -> Verdict:
        """What became of the transfer with this payout's reference; `payee` when it is known."""
        reference = reference_of(payout_id)
        answer = await self._ask(
            STATUS,
            {"originalPartnerReferenceNo": reference, "serviceCode": TRANSFER.number},
        )
        if isinstance(answer, Verdict):
            return answer
        if answer.original_partner_reference_no not in {reference, None}:
            return Verdict(Meaning.UNKNOWN, f"{answer.response_code} of another reference")
        if answer.response_code == NOT_FOUND:
            return ABSENT
        if (answer.response_code, answer.original_partner_reference_no) == (STATUS_TOLD, reference):
            return _amiss(answer, amount=amount, payee=payee) or _outcome(answer)
        return Verdict(Meaning.UNKNOWN, answer.words)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def _ask(self, service: Service, fields: dict[str, Any]) -> Answer | Verdict:
        body = json.dumps(fields).encode()
        headers = self.partner.headers(service.path, body, at=real_now())
        try:
            exchange = partial(self._exchange, service.path, body, headers)
            async with self.breaker.asking():
                status, answered = await let_go_cleanly(exchange, timeout_s=self._timeout_s)
        except RailShut:
            return SHUT
        except (httpx.HTTPError, OSError) as error:  # a TimeoutError is an OSError
            # A silence that shows the whole rail to be away says nothing of this payout.
            alone = self.breaker.state == "closed"
            return Verdict(Meaning.UNKNOWN if alone else Meaning.PUT_OFF, type(error).__name__)
        answer = answer_in(answered, status=status, service=service.number)
        return answer or Verdict(Meaning.UNKNOWN, f"{status} torn, or no answer of this service")

    async def _exchange(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Status and body of the answer; an empty body when it cannot be one of the rail's."""
        request = self._client.stream("POST", path, content=body, headers=headers)
        async with request as response:
            if not _is_readable(response.headers):
                return response.status_code, b""
            answered = bytearray()
            async for chunk in response.aiter_raw():  # as it came: nothing is unpacked
                answered += chunk
                if len(answered) > ANSWER_BYTES_MAX:
                    return response.status_code, b""
        return response.status_code, bytes(answered)


def _is_readable(headers: httpx.Headers) -> bool:
    kind = headers.get("content-type", "application/json").lower()
    return "json" in kind and headers.get("content-encoding", "identity") == "identity"


def _is_to(payee: Payee, answer: Answer) -> bool:
    """Whether the account in an answer, as far as it names one, is the payee's."""
    return answer.beneficiary_account_no in {None, payee.account_number} and (
        answer.beneficiary_bank_code in {None, payee.bank_code}
    )


def _amiss(answer: Answer, *, amount: int, payee: Payee | None) -> Verdict | None:
    """What is wrong with the transfer that an answer tells of: another account, another amount."""
    if payee is not None and not _is_to(payee, answer):
        return Verdict(Meaning.UNKNOWN, f"{answer.response_code} of another account")
    if answer.amount is not None and not answer.amount.is_of(amount):
        told = f"the rail tells of Rp{answer.amount.rupiah:,}, ours is Rp{amount:,}"
        return Verdict(Meaning.DIFFERS, f"{answer.response_code} {told}")
    return None


def _outcome(told: Answer) -> Verdict:
    match told.latest_transaction_status:
        case "00":
            return ARRIVED
        case "06":
            return Verdict(Meaning.REFUSED, f"{told.previous_response_code or ''} Failed".strip())
        case "07":
            return ABSENT
    return Verdict(Meaning.UNKNOWN, f"status {told.latest_transaction_status}")
