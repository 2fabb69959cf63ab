"""What is to be done next with a claim, and by whom."""

from typing import Literal, NamedTuple

from services.claims.rules.claims import ClaimState

What = Literal[
    "collect-papers", "register-heirs", "verify", "await-papers", "approve", "approve-again",
    "decide-appeal", "correct-payee", "await-payment", "await-arrears", "nothing",
]  # fmt: skip
Whose = Literal["family", "branch", "approver", "bank", "funder", "nobody"]
"""`funder`: who owes the arrears, the province or the family."""


class Waiting(NamedTuple):
    """As much of a file as tells what it waits for."""

    state: ClaimState
    is_appealed: bool
    papers_missing: tuple[str, ...]
    has_parties: bool
    is_approved_once: bool
    lines_failed: tuple[str, ...]
    """Why the bank could not pay, of each line that came back."""
    lines_on_the_way: int
    lines_held: int


class NextStep(NamedTuple):
    """What is to be done."""

    step: What
    by: Whose
    words: str


def next_step(waiting: Waiting) -> NextStep:
    """What a claim waits for; what can be done at once comes before what can only be awaited."""
    if waiting.is_appealed:
        return NextStep("decide-appeal", "approver", "an officer with no part in it decides")
    if waiting.state == "filed":
        return _of_filed(waiting)
    if waiting.state == "returned":
        return NextStep("await-papers", "family", _missing(waiting) or "see why it was returned")
    if waiting.state == "verified":
        return _of_verified(waiting)
    if waiting.state == "approved":
        return _of_approved(waiting)
    return NextStep("nothing", "nobody", f"the claim is {waiting.state}")


def _of_verified(waiting: Waiting) -> NextStep:
    if waiting.is_approved_once:
        return NextStep("approve-again", "approver", "another approver has to agree")
    return NextStep("approve", "approver", "look at the computation; approve, return or reject it")


def _of_filed(waiting: Waiting) -> NextStep:
    if waiting.papers_missing:
        return NextStep("collect-papers", "branch", _missing(waiting))
    if not waiting.has_parties:
        return NextStep("register-heirs", "branch", "register who receives the benefit")
    return NextStep("verify", "branch", "somebody who did not file it sees the papers")


def _of_approved(waiting: Waiting) -> NextStep:
    if waiting.lines_failed:
        reasons = ", ".join(dict.fromkeys(waiting.lines_failed))
        words = f"the bank could not pay: {reasons}; give the payee another account"
        return NextStep("correct-payee", "approver", words)
    if waiting.lines_on_the_way:
        return NextStep("await-payment", "bank", "the money is on its way")
    if waiting.lines_held:
        return NextStep("await-arrears", "funder", "the rest is paid once the arrears are")
    return NextStep("await-payment", "bank", "every line has arrived")


def _missing(waiting: Waiting) -> str:
    listed = ", ".join(waiting.papers_missing)
    return f"missing: {listed}" if listed else ""
