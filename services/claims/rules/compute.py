"""The benefits of a claim: the one entry to all rules about what is due, and why."""

from datetime import date, datetime

from contracts.enrollment import Debtor
from services.claims.rules.accident_benefit import (
    accident_death,
    accident_injury,
    has_died_too_late,
)
from services.claims.rules.coverage import Cover, begins_on, cover_on
from services.claims.rules.death_benefit import boundary_doubts, death_benefit, waiting_ends_on
from services.claims.rules.facts import Computation, Doubt, Facts, Ground
from services.claims.rules.months import month_of, years_later
from services.claims.rules.netting import net
from services.claims.rules.outcomes import ground_outcome, outcome
from services.claims.rules.steps import Case, Lines
from services.claims.rules.tariffs import RuleSet, Tariff, in_force
from services.claims.rules.used_facts import used_facts


def compute(facts: Facts, rule_set: RuleSet | None = None) -> Computation:
    """What is due, held and doubtful, with the reasons; nothing of it is decided here. Without a
    rule set, by the one in force.

    Raises: TariffMissing, DisabilityUnknown, DisabilityPercentWrong, DisabilitySumTooLarge,
    HospitalPriceMissing.
    """
    day = event_day(facts)
    tariff = (rule_set or in_force()).on(day)
    covered = facts.cover_day
    cover = cover_on(facts, covered, at=event_instant(facts, covered), tariff=tariff)
    ground = cover.ground or (_time_bar(facts, day, tariff) if facts.kind != "death" else None)
    if ground is not None:
        return _nothing(facts, cover, ground)
    case = Case(facts, cover, tariff, day)
    if has_died_too_late(case):
        return _nothing(facts, cover, "cause-unproven")
    lines = _lines(case)
    if not lines.steps:
        return _nothing(facts, cover, "nothing-claimed")
    netted = net(lines.steps, facts.paid_before)
    return Computation(
        outcome=outcome(case, netted.steps, overpaid=netted.overpaid),
        ground=None,
        steps=netted.steps,
        doubts=(*_cover_doubts(case), *lines.doubts, *_doubts_of_other_claims(case, lines)),
        facts=used_facts(facts, cover, None),
        months_paid=cover.months_paid,
        arrears=cover.arrears,
        waiting_ends_on=waiting_ends_on(case) if facts.kind == "death" else None,
        overpaid=netted.overpaid,
    )


def debtor(facts: Facts) -> Debtor:
    """Who owes the arrears of these facts: the funder what the programme promised to pay, the
    member what comes after it. The first month owed decides for its row, as enrollment tells it in
    `CoverageLapsed` and `MembershipInArrears`."""
    day, tariff = facts.cover_day, in_force().on(event_day(facts))
    cover = cover_on(facts, day, at=event_instant(facts, day), tariff=tariff)
    promised = facts.last_promised_month
    if cover.oldest_owed is None or promised is None or promised < cover.oldest_owed:
        return "member"
    return "funder"


def event_day(facts: Facts) -> date:
    """The day by which the tariff and the time to claim count: of the death (JKM); of the accident
    or diagnosis, not of the death that came of it (JKK)."""
    if facts.kind == "death" and facts.died_on is not None:
        return facts.died_on
    return facts.happened_on


def event_instant(facts: Facts, day: date) -> datetime | None:
    """The hour, when it is known and lies on the day."""
    at = facts.happened_at
    return at if at is not None and begins_on(at) == day else None


def _time_bar(facts: Facts, day: date, tariff: Tariff) -> Ground | None:
    """JKK lapses five years after the accident or diagnosis (PP 82/2019 art. 26), unless somebody
    excuses it; a disease gives a right for three years after the work (PP 44/2015 art. 48)."""
    ended_on = facts.work_ended_on
    if ended_on is not None and day > years_later(ended_on, tariff["disease-time"].value):
        return "disease-out-of-time"
    is_barred = _is_late(facts, day, tariff) and not facts.late_filing_excused
    return "claim-out-of-time" if is_barred else None


def _is_late(facts: Facts, day: date, tariff: Tariff) -> bool:
    """Filed on the anniversary itself is in time."""
    return facts.filed_on > years_later(day, tariff["claim-time"].value)


def _lines(case: Case) -> Lines:
    if case.facts.kind == "death":
        return death_benefit(case)
    if case.facts.kind == "work-accident-death":
        return accident_death(case)
    return accident_injury(case)


def _cover_doubts(case: Case) -> list[Doubt]:
    facts, doubts = case.facts, list[Doubt]()
    if case.cover.needs_hour:
        doubts.append("covered-that-day")
    if case.cover.needs_hour_of_payment:
        doubts.append("paid-that-day")
    if case.cover.arrears and facts.owed_by == "funder":
        doubts.append("funder-arrears")
    promised = facts.last_promised_month
    if promised is not None and promised < month_of(facts.cover_day):
        doubts.append("programme-ended")
    if facts.kind == "death":
        doubts.extend(boundary_doubts(case))
    elif _is_late(facts, case.day, case.tariff):
        doubts.append("late-filing")
    return doubts


def _doubts_of_other_claims(case: Case, lines: Lines) -> list[Doubt]:
    """The same cost may be asked for in a claim for the injury and in one for the death of it."""
    elsewhere = case.facts.paid_elsewhere
    is_twice = any(step.amount and step.benefit in elsewhere for step in lines.steps)
    return ["paid-in-another-claim"] if is_twice else []


def _nothing(facts: Facts, cover: Cover, ground: Ground) -> Computation:
    """Nothing is due: all that an earlier decision paid was too much."""
    return Computation(
        outcome=ground_outcome(ground, facts, cover),
        ground=ground,
        steps=(),
        doubts=(),
        facts=used_facts(facts, cover, ground),
        months_paid=cover.months_paid,
        arrears=cover.arrears,
        waiting_ends_on=None,
        overpaid=net((), facts.paid_before).overpaid,
    )
