"""A bad day: what share of transfers meets which trouble, and which trouble one transfer meets.

The treatment of a reference follows from (seed, reference) alone, so that a run repeats whatever
the order in which requests come. Only outages are counted by requests or seconds.
"""

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, model_validator
from pydantic.alias_generators import to_camel

from simulators.rail import codes
from simulators.rail.chance import Chance
from simulators.rail.codes import Case
from simulators.rail.messages import DELAY_S_MAX, TORN, Behavior, Instruction, TornAt

TRIES_LOST_MAX: Final = 3
OUTAGES_MAX: Final = 100
FOREIGN_LINES_MAX: Final = 1_000

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, le=DELAY_S_MAX)]


class Trouble(StrEnum):
    """What can become of a transfer, of its account inquiry or of its status query."""

    SLOW = "slow"
    TIME_OUT_EXECUTED = "time-out-executed"
    TIME_OUT_NOT_EXECUTED = "time-out-not-executed"
    """Of the first one to three tries; then it settles."""
    TORN_EXECUTED = "torn-executed"
    TORN_NOT_EXECUTED = "torn-not-executed"
    """Of the first one to three tries; then it settles."""
    LOST = "lost"
    """Never taken on, however often it is sent."""
    IN_PROGRESS_SETTLED = "in-progress-settled"
    IN_PROGRESS_FAILED = "in-progress-failed"
    DORMANT = "dormant"
    INSUFFICIENT = "insufficient"
    CLOSED = "closed"
    INVALID_ACCOUNT = "invalid-account"
    LIMIT = "limit"
    GENERAL_ERROR = "general-error"
    """Answers 5001800 and refuses for good; the status says failed."""
    WRONG_AMOUNT_ANSWERED = "wrong-amount-answered"
    NAME_DIFFERS = "name-differs"
    """The account inquiry tells another holder."""
    INQUIRY_UNCLEAR = "inquiry-unclear"
    """The first one to three inquiries are cut or answered 5xx; then all is well."""
    STATUS_UNCLEAR = "status-unclear"
    """Times out after settling, and the first one to three status queries are unclear too."""


class CallBackTrouble(StrEnum):
    """What can become of a transfer's call-back."""

    DUPLICATE = "duplicate"
    """Three times the same."""
    REORDERED = "reordered"
    """A pending one comes after the one with the outcome."""
    LATE = "late"
    """After another delay."""
    WRONG_AMOUNT = "wrong-amount"
    WRONG_SIGNATURE = "wrong-signature"
    LOST = "lost"
    """Never comes."""


class _Told(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, frozen=True, extra="forbid"
    )


class Span(_Told):
    """Delays lie anywhere in it, in seconds."""

    low_s: Seconds = 1.0
    high_s: Seconds = 30.0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low_s > self.high_s:
            raise ValueError("lowS must not be above highS")
        return self


class Latency(_Told):
    """How long every answer takes: log-normal, in seconds."""

    median_s: Seconds = 0.0
    sigma: Annotated[float, Field(ge=0, le=5)] = 0.5
    max_s: Seconds = 10.0


class Outage(_Told):
    """The rail is away for a while, counted from the beginning of the bad day."""

    unit: Literal["requests", "seconds"]
    after: Annotated[float, Field(ge=0, le=1e9)]
    lasts: Annotated[float, Field(gt=0, le=1e9)]
    how: Literal["cut", "unavailable"] = "unavailable"
    """Connections are cut without an answer, or answered 503."""


class StatementMistakes(_Told):
    """What is wrong with the end-of-day statement."""

    leave_out: Share = 0.0
    change_amount: Share = 0.0
    foreign_lines: Annotated[int, Field(ge=0, le=FOREIGN_LINES_MAX)] = 0


class BadDay(_Told):
    """The rules of the day, as `PUT /_control/bad-day` tells them."""

    seed: int
    shares: dict[Trouble, Share] = {}
    """Of each kind of trouble; what they leave of 1 settles as it should."""
    wrong_amount_moved: Share = 0.0
    """Of the transfers that would settle as they should: another amount moves."""
    delay: Span = Span()
    """Of slow answers, time-outs, late call-backs, and of what is in progress."""
    latency: Latency = Latency()
    call_back_url: HttpUrl | None = None
    """Where each outcome is told, unasked; None: nowhere."""
    call_backs: dict[CallBackTrouble, Share] = {}
    outages: Annotated[list[Outage], Field(max_length=OUTAGES_MAX)] = []
    statement: StatementMistakes = StatementMistakes()

    @model_validator(mode="after")
    def _shares_of_one(self) -> Self:
        for shares in (self.shares, self.call_backs):
            if sum(shares.values()) > 1 + 1e-9:
                raise ValueError("the shares of troubles must not be above 1 together")
        return self

    def chance(self, name: str) -> Chance:
        """The draws for a reference."""
        return Chance(self.seed, name)

    def trouble(self, reference: str) -> Trouble | None:
        """What this transfer meets."""
        return self.chance(reference).one_of(self.shares, "trouble")

    def latency_s(self, reference: str, service: str) -> float:
        """How long the answer to this request takes, whatever else befalls it."""
        if not self.latency.median_s:
            return 0.0
        drawn = self.chance(reference).log_normal(
            median=self.latency.median_s, sigma=self.latency.sigma, purpose=f"latency {service}"
        )
        return min(drawn, self.latency.max_s)


REFUSALS: Final = {
    Trouble.DORMANT: codes.ACCOUNT_DORMANT,
    Trouble.INSUFFICIENT: codes.FUNDS_INSUFFICIENT,
    Trouble.CLOSED: codes.ACCOUNT_CLOSED,
    Trouble.INVALID_ACCOUNT: codes.ACCOUNT_UNKNOWN,
    Trouble.LIMIT: codes.LIMIT_EXCEEDED,
    Trouble.GENERAL_ERROR: codes.GENERAL_ERROR,
}
TOLD_BY_INQUIRY: Final = frozenset({Trouble.DORMANT, Trouble.CLOSED, Trouble.INVALID_ACCOUNT})
"""What is wrong with the account itself: half of the time the inquiry tells it already."""
BEHAVIORS: Final = {
    Trouble.SLOW: Behavior.SLOW,
    Trouble.TIME_OUT_EXECUTED: Behavior.TIME_OUT_EXECUTED,
    Trouble.STATUS_UNCLEAR: Behavior.TIME_OUT_EXECUTED,
    Trouble.TORN_EXECUTED: Behavior.TORN_EXECUTED,
    Trouble.IN_PROGRESS_SETTLED: Behavior.IN_PROGRESS,
    Trouble.IN_PROGRESS_FAILED: Behavior.IN_PROGRESS,
    Trouble.WRONG_AMOUNT_ANSWERED: Behavior.WRONG_AMOUNT_ANSWERED,
}
FIRST_TRIES: Final = {
    Trouble.TIME_OUT_NOT_EXECUTED: Behavior.TIME_OUT_NOT_EXECUTED,
    Trouble.TORN_NOT_EXECUTED: Behavior.TORN_NOT_EXECUTED,
}


def instruction(day: BadDay, reference: str, *, tries: int) -> Instruction:
    """How a transfer is treated that was sent `tries` times before and was not taken on."""
    chance, trouble = day.chance(reference), day.trouble(reference)
    code = None
    if trouble in FIRST_TRIES:
        lost = tries < chance.whole(1, TRIES_LOST_MAX, "tries")
        behavior = FIRST_TRIES[trouble] if lost else Behavior.SETTLE
    elif trouble is Trouble.LOST:
        timed = chance.draw(f"lost {tries}") < 0.5  # noqa: PLR2004  (half of them)
        behavior = Behavior.TIME_OUT_NOT_EXECUTED if timed else Behavior.TORN_NOT_EXECUTED
    elif trouble in REFUSALS:
        behavior, code = Behavior.REFUSE, REFUSALS[trouble].code(codes.TRANSFER)
    elif trouble in BEHAVIORS:
        behavior = BEHAVIORS[trouble]
    else:
        errs = chance.draw("amount") < day.wrong_amount_moved
        behavior = Behavior.WRONG_AMOUNT_MOVED if errs else Behavior.SETTLE
    if trouble is Trouble.IN_PROGRESS_FAILED:
        code = codes.FUNDS_INSUFFICIENT.code(codes.TRANSFER)
    return Instruction(
        behavior=behavior,
        response_code=code,
        delay_s=chance.between(day.delay.low_s, day.delay.high_s, "delay"),
        torn_at=torn_at(chance) if behavior in TORN else TornAt.MIDDLE,
    )


def inquiry_case(day: BadDay, reference: str) -> Case:
    """What the account inquiry tells of the account: SUCCESSFUL, or what is wrong."""
    trouble = day.trouble(reference)
    early = day.chance(reference).draw("told by the inquiry") < 0.5  # noqa: PLR2004  (half)
    return REFUSALS[trouble] if trouble in TOLD_BY_INQUIRY and early else codes.SUCCESSFUL


def unclear(day: BadDay, reference: str, service: str, *, tries: int) -> bool:
    """Whether this inquiry or status query, asked `tries` times before, gets no clear answer."""
    troubled = {codes.INQUIRY: Trouble.INQUIRY_UNCLEAR, codes.STATUS: Trouble.STATUS_UNCLEAR}
    if day.trouble(reference) is not troubled.get(service):
        return False
    return tries < day.chance(reference).whole(1, TRIES_LOST_MAX, f"unclear {service}")


def torn_at(chance: Chance) -> TornAt:
    """Where the answer ends."""
    return TornAt.START if chance.draw("torn at") < 0.5 else TornAt.MIDDLE  # noqa: PLR2004  (half)
