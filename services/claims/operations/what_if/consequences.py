"""What followed a decision in life, as it would have followed the other one."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.claims import (
    ClaimPaid,
    CompensationAwarded,
    LinesReleased,
    ScholarshipDecided,
)
from contracts.event import Cause, Event
from contracts.refusal import Refused
from services.claims.operations.what_if.decisions import leave
from services.claims.operations.what_if.terms import Notes, Terms
from services.claims.queries.lines import closing_locked
from services.claims.queries.standings import DecidedFile
from services.claims.rules.closing import ClosingClaim, release
from services.claims.rules.compensation import compensate
from services.claims.rules.school_years import check_entitled

SEALED = frozenset({"scholarship-age", "scholarship-years-back", "scholarship-children"})
"""Rules about children, whose days of birth are sealed and not opened for a what-if."""


async def closings(
    session: AsyncSession,
    run: Sequence[CompensationAwarded] | Sequence[LinesReleased],
    terms: Terms,
) -> list[Event]:
    """The 1 % a day for the same days late of what would have been due; and the release of what
    would have been held. Nothing, where nothing would."""
    found = await closing_locked(session, [event.claim_id for event in run])
    claims = {each.claim_id: each for each in found}
    again = (
        _closing(event, claims[event.claim_id], terms) for event in run if event.claim_id in claims
    )
    return [event for event in again if event is not None]


def _closing(
    event: CompensationAwarded | LinesReleased, claim: ClosingClaim, terms: Terms
) -> Event | None:
    cause = Cause(event.causation_id, event.correlation_id)
    if isinstance(event, LinesReleased):
        months = event.paid_months
        return release(claim, months, paid=months, cause=cause, now=event.occurred_at)
    return compensate(
        claim,
        due_on=event.due_on,
        paid_on=event.paid_on,
        counts_funeral=terms.settings.compensation_counts_funeral,
        cause=cause,
        now=event.occurred_at,
    )


def school_year(
    event: ScholarshipDecided, file: DecidedFile, terms: Terms, notes: Notes
) -> ScholarshipDecided:
    """The year with the other amount; refused where the other decision gives no right to it. What
    was refused stays refused: the children's days of birth are not opened."""
    if SEALED & terms.without.keys() or not (event.lines and event.step):
        if any(rule.startswith("scholarship") for rule in terms.without):
            leave(event, file, "a school year hangs on a day of birth, which stays sealed", notes)
        return event
    try:
        check_entitled(file.claim, file.explanation, terms.rule_set, is_held=file.is_held)
    except Refused:
        return event.model_copy(update={"lines": (), "step": None})
    amount = terms.rule_set.on(file.claim.event_day)[event.step.rule].value
    if amount == event.step.amount:
        return event
    (line,) = event.lines
    arithmetic = event.step.arithmetic.rpartition(" ")[0] + f" {amount:,}"
    step = {"amount": amount, "arithmetic": arithmetic}
    lines = (line.model_copy(update={"amount": amount}),)
    return event.model_copy(update={"lines": lines, "step": event.step.model_copy(update=step)})


def payment(event: ClaimPaid, file: DecidedFile) -> ClaimPaid | None:
    """The claim is paid with what would have been ordered; not, while something waits."""
    amount = sum(file.ordered.values())
    if file.claim.state != "approved" or file.is_held or not amount:
        return None
    return event.model_copy(update={"amount": amount})
