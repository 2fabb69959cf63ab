"""The facts of cover as they stood when a claim was decided."""

from datetime import date, datetime

from chassis.local_time import local_day
from contracts.claims import ExplainedFact, Explanation
from services.claims.queries.coverage import FactsOfCover
from services.claims.rules.facts import PaidMonth, Spell
from services.claims.rules.tariffs import FIRST_TIER
from services.claims.rules.used_facts import PAID, PAID_ELSEWHERE, is_month


def cover_in(told: Explanation) -> FactsOfCover:
    """Out of the explanation of an approval, which keeps every fact that it used: the cover, its
    end, the months paid. No rule of the tariff decides which of them count."""
    facts = {fact.name: fact for fact in told.facts}
    ended_on = facts.get("cover-ended-on")
    income = facts.get("base-income")
    promised = facts.get("last-promised-month")
    begun = facts.get("covered-from")
    return FactsOfCover(
        spells=(
            Spell(
                told.covered_from,
                date.fromisoformat(ended_on.value) if ended_on else None,
                begun.event_id if begun else None,
            ),
        ),
        paid=tuple(_month(fact) for fact in told.facts if is_month(fact.name)),
        last_promised_month=promised.value if promised else None,
        base_income=int(income.value) if income else FIRST_TIER,
    )


def elsewhere_in(told: Explanation) -> dict[str, int]:
    """Out of the explanation of an approval: by benefit, what other claims gave."""
    return {
        fact.name.removeprefix(PAID_ELSEWHERE): int(fact.value)
        for fact in told.facts
        if fact.name.startswith(PAID_ELSEWHERE)
    }


def known_by(cover: FactsOfCover, at: datetime) -> FactsOfCover:
    """Of what is known now, what was at that instant: of a rejection the event keeps no facts."""
    day = local_day(at)
    return cover._replace(
        spells=tuple(spell for spell in cover.spells if spell.covered_from <= at),
        paid=tuple(month for month in cover.paid if month.paid_on <= day),
    )


def _month(fact: ExplainedFact) -> PaidMonth:
    month = fact.name.removeprefix(PAID)
    return PaidMonth(month, date.fromisoformat(fact.value), fact.event_id)
