"""What the rail reads: SNAP request bodies, and what a test tells it through `/_control`."""

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, model_validator
from pydantic.alias_generators import to_camel

DELAY_S_MAX: Final = 600.0
TIMES_MAX: Final = 10_000

Reference = Annotated[str, Field(min_length=1, max_length=64)]
AccountNo = Annotated[str, Field(pattern=r"^[0-9]{10,34}$")]
AccountName = Annotated[str, Field(min_length=1, max_length=100)]
BankCode = Annotated[str, Field(pattern=r"^[0-9]{3}$")]


class SnapBody(BaseModel):
    """A SNAP body: camel case names; fields that the rail does not use are let through."""

    model_config = ConfigDict(alias_generator=to_camel, frozen=True, strict=True)


class Amount(SnapBody):
    """Whole rupiah as SNAP writes them: "42000000.00"."""

    value: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,13}\.00$")]
    currency: Literal["IDR"]

    @property
    def rupiah(self) -> int:
        """The amount as an integer of rupiah."""
        return int(self.value.removesuffix(".00"))


class RequestedName(SnapBody):
    """The name that the asker believes the holder to have (this rail's own addition)."""

    beneficiary_account_name: AccountName | None = None


class AccountInquiry(SnapBody):
    """Who holds this account?"""

    beneficiary_bank_code: BankCode
    beneficiary_account_no: AccountNo
    partner_reference_no: Reference
    additional_info: RequestedName = RequestedName()


class TransferOrder(SnapBody):
    """Move this amount to that account at another bank."""

    partner_reference_no: Reference
    amount: Amount
    beneficiary_account_name: AccountName
    beneficiary_account_no: AccountNo
    beneficiary_bank_code: BankCode
    source_account_no: AccountNo
    transaction_date: Annotated[str, Field(min_length=10, max_length=35)]


class StatusQuery(SnapBody):
    """What became of the transfer with this reference?"""

    original_partner_reference_no: Reference
    service_code: Literal["18"]


class Behavior(StrEnum):
    """How the rail treats a transfer."""

    SETTLE = "settle"
    REFUSE = "refuse"
    """Answers `responseCode`; no money moves; the reference is used up."""
    TIME_OUT_EXECUTED = "time-out-executed"
    """Settles at once, but answers only after `delayS`, and then 5041800."""
    TIME_OUT_NOT_EXECUTED = "time-out-not-executed"
    """Forgets the request, answers 5041800 after `delayS`; the reference stays free."""
    ANSWER_TWICE = "answer-twice"
    """Settles; a repeat gets the first answer again, and `callbackUrl`, if given, gets it too."""
    SLOW = "slow"
    """Settles and answers after `delayS`; a status query finds it pending until then."""
    IN_PROGRESS = "in-progress"
    """Answers 2021800 at once and settles after `delayS`; fails then, given a `responseCode`."""
    TORN_EXECUTED = "torn-executed"
    """Settles at once; the connection is cut at `tornAt` of the answer."""
    TORN_NOT_EXECUTED = "torn-not-executed"
    """Forgets the request and cuts the connection; the reference stays free."""
    WRONG_AMOUNT_ANSWERED = "wrong-amount-answered"
    """Settles as ordered; the answer names another amount, the status the right one."""
    WRONG_AMOUNT_MOVED = "wrong-amount-moved"
    """Moves another amount than ordered, and says so in the answer and the status."""


NOT_TAKEN_ON: Final = frozenset({Behavior.TIME_OUT_NOT_EXECUTED, Behavior.TORN_NOT_EXECUTED})
"""What leaves the reference free, as if nobody had asked."""
ENDS_IN_A_CODE: Final = frozenset({Behavior.REFUSE, Behavior.IN_PROGRESS})
TORN: Final = frozenset({Behavior.TORN_EXECUTED, Behavior.TORN_NOT_EXECUTED})


class TornAt(StrEnum):
    """Where an answer ends when the connection is cut."""

    START = "start"
    """Not a byte of it arrives."""
    MIDDLE = "middle"
    """Its head and half of its body arrive."""


class Instruction(BaseModel):
    """What to do with a transfer that is to come, told through `/_control/instructions`."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, frozen=True, extra="forbid"
    )

    behavior: Behavior
    partner_reference_no: Reference | None = None
    """The transfer meant; without it, whichever new references come next."""
    times: Annotated[int, Field(ge=1, le=TIMES_MAX)] = 1
    """How many transfers (or tries of the one reference) are treated so."""
    response_code: (
        Annotated[str, Field(pattern=r"^(40[0-9]|42[0-9]|50[0-9])18[0-9]{2}$")] | None
    ) = None
    delay_s: Annotated[float, Field(ge=0, le=DELAY_S_MAX)] = 30.0
    torn_at: TornAt = TornAt.MIDDLE
    callback_url: HttpUrl | None = None

    @model_validator(mode="after")
    def _a_refusal_has_a_code(self) -> Self:
        if self.behavior is Behavior.REFUSE and self.response_code is None:
            raise ValueError("the behavior refuse needs a responseCode")
        if self.response_code is not None and self.behavior not in ENDS_IN_A_CODE:
            raise ValueError("responseCode goes with the behaviors refuse and in-progress only")
        return self


class HolderName(BaseModel):
    """The name an account inquiry answers with from now on."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, frozen=True, extra="forbid"
    )

    beneficiary_account_name: AccountName
