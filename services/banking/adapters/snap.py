"""SNAP, Bank Indonesia's standard for open APIs: how a request is signed and an answer is read."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from chassis.ids import new_id
from services.banking.rules.payouts import without_numbers
from services.banking.rules.submissions import Meaning, Verdict

EXTERNAL_ID_DIGITS = 36
UNDECIDED_STATUSES = frozenset({401, 408, 409, 425, 429})
"""Refusals that speak of the request or of its number, not of the money."""
INCONSISTENT = "40418"
"""HTTP status and case of an order that came before with another content."""
SERVER_ERRORS_FROM = 500


@dataclass(frozen=True, repr=False)
class Partner:
    """Who signs, and with what."""

    partner_id: str
    channel_id: str
    secret: bytes

    def headers(self, path: str, body: bytes, *, at: datetime) -> dict[str, str]:
        """The headers of a POST: signed, and numbered so that it counts once a day."""
        timestamp = at.isoformat(timespec="seconds")
        signed = f"POST:{path}:{hashlib.sha256(body).hexdigest()}:{timestamp}"
        signature = base64.b64encode(hmac.digest(self.secret, signed.encode(), "sha512"))
        return {
            "Content-Type": "application/json",
            "X-TIMESTAMP": timestamp,
            "X-SIGNATURE": signature.decode(),
            "X-PARTNER-ID": self.partner_id,
            "X-EXTERNAL-ID": str(new_id().int % 10**EXTERNAL_ID_DIGITS),
            "CHANNEL-ID": self.channel_id,
        }


class Answer(BaseModel):
    """An answer of the rail: the fields that any of its services may give."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", hide_input_in_errors=True)

    response_code: Annotated[str, Field(pattern=r"^\d{7}$")]
    response_message: Annotated[str, Field(max_length=1_000)] = ""
    partner_reference_no: str | None = None
    beneficiary_account_name: str | None = None
    original_partner_reference_no: str | None = None
    latest_transaction_status: str | None = None
    previous_response_code: str | None = None

    @property
    def http_status(self) -> int:
        """The first three digits of its code."""
        return int(self.response_code[:3])

    @property
    def case(self) -> str:
        """Its code without the number of the service."""
        return self.response_code[:3] + self.response_code[5:]

    @property
    def words(self) -> str:
        """Its code and words, fit for a log."""
        return without_numbers(f"{self.response_code} {self.response_message}".strip())


def answer_in(response: httpx.Response) -> Answer | None:
    """What a response says; None when it is torn, or not SNAP at all."""
    try:
        answer = Answer.model_validate_json(response.content)
    except ValidationError:
        return None
    return answer if answer.http_status == response.status_code else None


def not_served(answer: Answer) -> Verdict:
    """What an answer other than a success means: a refusal only when it is about the money."""
    undecided = (
        answer.http_status < 400  # noqa: PLR2004  (202: in progress)
        or answer.http_status >= SERVER_ERRORS_FROM
        or answer.http_status in UNDECIDED_STATUSES
        or answer.case == INCONSISTENT
    )
    return Verdict(Meaning.UNKNOWN if undecided else Meaning.REFUSED, answer.words)


def amount_of(rupiah: int) -> dict[str, str]:
    """Rupiah as SNAP writes them: a string with two decimals."""
    return {"value": f"{rupiah}.00", "currency": "IDR"}


def reference_of(payout_id: UUID) -> str:
    """The reference of a payout at the rail: 32 characters, the same for life."""
    return payout_id.hex
