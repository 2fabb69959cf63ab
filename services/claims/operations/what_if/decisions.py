"""Approvals and rejections, taken again at the point where they were taken."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from contracts.claims import ClaimApproved, ClaimRejected
from contracts.event import Cause, Event
from contracts.refusal import Refused
from services.claims.operations.facts import Known, facts_of
from services.claims.operations.what_if.recorded import cover_in, elsewhere_in, known_by
from services.claims.operations.what_if.terms import Decided, Notes, Terms, Undecided, because
from services.claims.queries.coverage import FactsOfCover
from services.claims.queries.standings import DecidedFile
from services.claims.rules import decisions as rules
from services.claims.rules.compute import compute
from services.claims.rules.decisions import NothingIsDue
from services.claims.rules.facts import Computation, Facts
from services.claims.rules.heirs import check_complete

Decision = ClaimApproved | ClaimRejected
_STAMP = ("event_id", "occurred_at", "causation_id", "correlation_id", "claim_id", "worker_id")


def approval(event: ClaimApproved, file: DecidedFile, terms: Terms, notes: Notes) -> Decision:
    """What stands in the place of an approval, by the facts that it keeps."""
    cover = cover_in(event.explanation)
    known = Known(file.parties, cover, file.ordered, elsewhere_in(event.explanation))
    facts = facts_of(file.claim, known, now=event.occurred_at)
    try:
        found = _award(event, file, facts, terms)
    except NothingIsDue:
        return _rejection(event, compute(facts, terms.rule_set), facts, terms, notes)
    except Refused as refusal:
        leave(event, file, f"{refusal} ({refusal.slug})", notes)
        return event
    before = sum(step.amount for step in event.explanation.steps)
    before += sum(file.ordered.values()) - event.explanation.overpaid
    notes.decided[event.claim_id] = Decided(
        found.explanation.outcome,
        found.explanation.doubts,
        _approvers(event, file, terms, before=before, after=found.whole),
        because(facts, terms),
    )
    told = {"lines": found.lines, "held": found.held, "explanation": found.explanation}
    return event.model_copy(update=told)


class KnownElsewhere(NamedTuple):
    """What is known beside the file of a claim that was rejected."""

    cover: FactsOfCover
    is_filed_anew: bool
    """Another claim for the same death came later; there is one for one death."""


def rejection(
    event: ClaimRejected, file: DecidedFile, known: KnownElsewhere, terms: Terms, notes: Notes
) -> Decision:
    """What stands in the place of a rejection by a rule. Where the rules in force do not come to
    the same ground it was a person's decision."""
    cover = known_by(known.cover, event.occurred_at)
    told = Known(file.parties, cover, file.ordered, {})
    facts = facts_of(file.claim, told, now=event.occurred_at)
    before, after = compute(facts), compute(facts, terms.rule_set)
    if before.ground != event.ground:
        why = f"rejected as {event.ground}, where the rules in force say: {before.outcome}"
        leave(event, file, why, notes)
        return event
    if after.ground == event.ground:
        return event
    if after.ground is not None:
        return _rejection(event, after, facts, terms, notes)
    if known.is_filed_anew:
        why = f"Rp{after.total:,} would be due, but the death was filed again and decided there"
        leave(event, file, why, notes)
        return event
    try:
        check_complete(file.claim, file.parties)
        found = _award(event, file, facts, terms)
    except Refused as refusal:
        leave(event, file, f"Rp{after.total:,} would be due, but {refusal}", notes)
        return event
    needed = _approvers(event, file, terms, before=0, after=found.whole)
    notes.decided[event.claim_id] = Decided(
        after.outcome, after.doubts, needed, because(facts, terms)
    )
    return ClaimApproved(
        **_stamp(event),
        lines=found.lines,
        held=found.held,
        explanation=found.explanation,
        approved_by=event.rejected_by,
        kind=file.claim.kind,
        first_approved_by=file.claim.first_approved_by,
    )


def leave(event: Event, file: DecidedFile, why: str, notes: Notes) -> None:
    """Note that a decision stays as it is recorded, and why."""
    claim = file.claim
    notes.undecided[event.event_id] = Undecided(
        claim_id=claim.claim_id, number=file.number, why=why
    )


def _award(event: Decision, file: DecidedFile, facts: Facts, terms: Terms) -> rules.Award:
    cause = Cause(event.causation_id, event.correlation_id)
    return rules.award(file.claim, facts, file.parties, cause=cause, rule_set=terms.rule_set)


def _rejection(
    event: Decision, found: Computation, facts: Facts, terms: Terms, notes: Notes
) -> ClaimRejected:
    decided = Decided(found.outcome, (), 0, because(facts, terms))
    notes.decided[event.claim_id] = decided
    officer = event.approved_by if isinstance(event, ClaimApproved) else event.rejected_by
    return ClaimRejected(
        **_stamp(event), reason=found.outcome, rejected_by=officer, ground=found.ground
    )


def _approvers(event: Decision, file: DecidedFile, terms: Terms, *, before: int, after: int) -> int:
    """How many approvers it takes: as many as it took, one more or less where the amount came to be
    on the other side of the line."""
    took = 1 + (file.claim.first_approved_by is not None)
    if file.is_warned or not isinstance(event, ClaimApproved):
        return took
    line = terms.settings.two_approvers_from
    return min(2, max(1, took + (after >= line) - (before >= line)))


def _stamp(event: Decision) -> Mapping[str, Any]:
    return {name: getattr(event, name) for name in _STAMP}
