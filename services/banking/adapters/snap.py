"""SNAP, Bank Indonesia's standard for open APIs: how a request is signed and an answer is read."""

import base64
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
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
TIMESTAMP_AGE_MAX = timedelta(minutes=5)
_REFERENCE = re.compile(r"[0-9a-f]{32}")
Block = TypeVar("Block", bound=BaseModel)


@dataclass(frozen=True, repr=False)
class Partner:
    """Who signs, and with what."""

    partner_id: str
    channel_id: str
    secret: bytes

    def headers(self, path: str, body: bytes, *, at: datetime) -> dict[str, str]:
        """The headers of a POST: signed, and numbered so that it counts once a day."""
        timestamp = at.isoformat(timespec="seconds")
        return {
            "Content-Type": "application/json",
            "X-TIMESTAMP": timestamp,
            "X-SIGNATURE": self.signature(path, body, timestamp),
            "X-PARTNER-ID": self.partner_id,
            "X-EXTERNAL-ID": str(new_id().int % 10**EXTERNAL_ID_DIGITS),
            "CHANNEL-ID": self.channel_id,
        }

    def signature(self, path: str, body: bytes, timestamp: str) -> str:
        """HMAC-SHA512 of a POST in base64, as both sides sign."""
        signed = f"POST:{path}:{hashlib.sha256(body).hexdigest()}:{timestamp}"
        return base64.b64encode(hmac.digest(self.secret, signed.encode(), "sha512")).decode()

    def has_signed(
        self, signature: str, *, path: str, body: bytes, timestamp: str, now: datetime
    ) -> bool:
        """Whether whoever posted this knows the secret, and signed within the last minutes."""
        expected = self.signature(path, body, timestamp)
        genuine = hmac.compare_digest(expected.encode(), signature.encode())
        return genuine and _is_fresh(timestamp, now=now)


def _is_fresh(timestamp: str, *, now: datetime) -> bool:
    try:
        signed_at = datetime.fromisoformat(timestamp)
    except ValueError:
        return False
    return signed_at.tzinfo is not None and abs(now - signed_at) <= TIMESTAMP_AGE_MAX


class Money(BaseModel):
    """An amount as SNAP writes it."""

    model_config = ConfigDict(extra="ignore")

    value: Annotated[str, Field(pattern=r"^\d{1,16}\.\d{2}$")]
    currency: Literal["IDR"]

    def is_of(self, rupiah: int) -> bool:
        """Whether it is these rupiah, and no sen."""
        whole, sen = self.value.split(".")
        return (int(whole), sen) == (rupiah, "00")

    @property
    def rupiah(self) -> int:
        """The whole rupiah of it."""
        return int(self.value.split(".")[0])


class Answer(BaseModel):
    """An answer of the rail: the fields that any of its services may give."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", hide_input_in_errors=True)

    response_code: Annotated[str, Field(pattern=r"^\d{7}$")]
    response_message: Annotated[str, Field(max_length=1_000)] = ""
    partner_reference_no: str | None = None
    amount: Money | None = None
    beneficiary_account_name: str | None = None
    beneficiary_account_no: str | None = None
    beneficiary_bank_code: str | None = None
    original_partner_reference_no: str | None = None
    latest_transaction_status: str | None = None
    previous_response_code: str | None = None

    @property
    def http_status(self) -> int:
        """The first three digits of its code."""
        return int(self.response_code[:3])

    @property
    def service(self) -> str:
        """The two digits of its code that name the service which answers."""
        return self.response_code[3:5]

    @property
    def case(self) -> str:
        """Its code without the number of the service."""
        return self.response_code[:3] + self.response_code[5:]

    @property
    def words(self) -> str:
        """Its code and words, fit for a log."""
        return without_numbers(f"{self.response_code} {self.response_message}".strip())


class Outcome(BaseModel):
    """A call-back: the fields of a status that matter, told unasked."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", hide_input_in_errors=True)

    original_partner_reference_no: Annotated[str, Field(max_length=64)]
    latest_transaction_status: Annotated[str, Field(max_length=2)]
    amount: Money | None = None


def answer_in(body: bytes, *, status: int, service: str) -> Answer | None:
    """What an answer to one service's question says; None when it is torn, is not SNAP, says one
    thing in its code and another in its status, or is another service's.
    """
    answer = read(body, Answer)
    if answer is None or (answer.http_status, answer.service) != (status, service):
        return None
    return answer


def read(body: bytes, model: type[Block]) -> Block | None:
    """The JSON object in a body as `model`; None when it is anything else, or names a field twice:
    of two amounts nobody can tell which is meant.
    """
    try:
        fields = json.loads(body, object_pairs_hook=_each_once)
        return model.model_validate(fields)
    except (ValueError, RecursionError):  # a ValidationError is a ValueError
        return None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field is there twice")
    return fields


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


def payout_of(reference: str) -> UUID | None:
    """The payout that a reference may be of; None when it has not the form of one of ours."""
    return UUID(reference) if _REFERENCE.fullmatch(reference) else None
