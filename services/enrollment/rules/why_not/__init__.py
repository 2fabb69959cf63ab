"""Why is this person not covered: every rule from the first to the card, and whose turn it is."""

from typing import Literal, NamedTuple

from services.enrollment.rules.rosters import RosterState
from services.enrollment.rules.why_not.cover_steps import cover_steps
from services.enrollment.rules.why_not.facts import (
    CardFacts,
    Facts,
    Left,
    MemberFacts,
    Paid,
    Proposal,
    Unpaid,
)
from services.enrollment.rules.why_not.intake_steps import intake_steps
from services.enrollment.rules.why_not.steps import Actor, Outcome, Step, written
from services.enrollment.rules.why_not.taking_in_steps import taking_in_steps

Standing = Literal[
    "never-seen", "elsewhere", "dead", "refused", "rejected", "waits-for-check",
    "waits-for-checker", "being-taken-in", "not-billed", "not-paid", "no-number", "covered",
    "in-arrears", "lapsed", "ended", "erased",
]  # fmt: skip
"""`elsewhere`: a member, of another programme or where the caller may not see; `in-arrears`:
covered, with a smaller right."""
_OF_STATE: dict[RosterState, Standing] = {
    "received": "waits-for-check",
    "validated": "waits-for-checker",
    "approved": "being-taken-in",
    "rejected": "rejected",
    "processed": "being-taken-in",
}
_ABOUT: dict[Standing, str] = {
    "elsewhere": "already-member",
    "dead": "person-dead",
    "rejected": "approved",
    "waits-for-check": "checked",
    "waits-for-checker": "approved",
    "being-taken-in": "enrolled",
    "not-billed": "billed",
    "not-paid": "paid",
    "no-number": "covered",
    "in-arrears": "not-in-arrears",
    "lapsed": "not-lapsed",
    "ended": "not-ended",
}
"""The rule that a standing is about, whatever else fails beside it."""


class Explanation(NamedTuple):
    """The answer: where the person stands, the step that waits, and every rule in order."""

    standing: Standing
    covered: bool
    waits: Step
    """The rule that keeps the person from the next thing; once there is none, the cover itself."""
    steps: tuple[Step, ...]


def explain(facts: Facts) -> Explanation:
    """Judge every rule for one person. Pure: the same facts give the same answer."""
    standing = _standing(facts)
    if standing == "erased" and facts.erased_on is not None:
        on = written(facts.erased_on)
        gone = Step("not-erased", "failed", f"Data orang ini dihapus pada {on} atas permintaan.")
        return Explanation(standing, covered=False, waits=gone, steps=(gone,))
    steps = (*intake_steps(facts), *taking_in_steps(facts), *cover_steps(facts))
    return Explanation(
        standing=standing,
        covered=standing in {"covered", "in-arrears"},
        waits=_waits(steps, standing),
        steps=steps,
    )


def _standing(facts: Facts) -> Standing:
    if facts.erased_on is not None:
        return "erased"
    if facts.place is not None:
        return _standing_of_member(facts.place)
    if facts.dead or facts.member:
        return "dead" if facts.dead else "elsewhere"
    return "never-seen" if facts.proposal is None else _standing_of_proposal(facts.proposal)


def _standing_of_proposal(proposal: Proposal) -> Standing:
    if proposal.refused and proposal.state != "rejected":
        return "refused"
    return _OF_STATE[proposal.state]


def _standing_of_member(place: MemberFacts) -> Standing:
    ladder: tuple[tuple[Standing, bool], ...] = (
        ("ended", place.ended_on is not None),
        ("lapsed", place.lapsed_on is not None),
        ("in-arrears", place.covered_from is not None and place.arrears_months > 0),
        ("covered", place.covered_from is not None),
        ("no-number", place.first_paid is not None),
        ("not-paid", place.months_billed > 0),
    )
    return next((standing for standing, holds in ladder if holds), "not-billed")


def _waits(steps: tuple[Step, ...], standing: Standing) -> Step:
    """What stands in the way: the rule that the standing is about, else the first that fails."""
    by_rule = {step.rule: step for step in steps}
    if standing in _ABOUT:
        return by_rule[_ABOUT[standing]]
    return next((step for step in steps if step.outcome == "failed"), by_rule["covered"])


__all__ = [
    "Actor",
    "CardFacts",
    "Explanation",
    "Facts",
    "Left",
    "MemberFacts",
    "Outcome",
    "Paid",
    "Proposal",
    "Standing",
    "Step",
    "Unpaid",
    "explain",
]
