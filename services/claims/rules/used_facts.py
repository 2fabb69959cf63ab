"""The facts that a computation used, each with the event that told it, without personal data."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from services.claims.rules.coverage import Cover
from services.claims.rules.facts import Accident, Facts, Ground, UsedFact

YES = "yes"
PAID, PAID_BEFORE, PAID_ELSEWHERE = "paid-", "paid-before-", "another-claim-"
INSTANTS_REMEMBERED = 8_192


def used_facts(facts: Facts, cover: Cover, ground: Ground | None) -> tuple[UsedFact, ...]:
    """By name: days and instants in ISO form, amounts in rupiah. `ground` is why nothing is due."""
    found = [UsedFact("kind", facts.kind), *_of_cover(cover), *_of_event(facts)]
    if cover.arrears:
        found.append(UsedFact("decided-on", facts.decided_on.isoformat()))
        found.append(UsedFact("owed-by", facts.owed_by))
    if facts.last_promised_month is not None:
        found.append(UsedFact("last-promised-month", facts.last_promised_month))
    if facts.heir_class is not None:
        found.append(UsedFact("heir-class", str(int(facts.heir_class))))
    if facts.funeral_paid_elsewhere:
        found.append(UsedFact("funeral-paid-elsewhere", YES))
    if facts.kind != "death":
        found.extend(_of_accident(facts))
    found.extend(_of_decisions(facts))
    if ground is not None:
        found.append(UsedFact("ground", ground))
    return tuple(found)


def is_month(name: str) -> bool:
    """Whether the fact of this name is a month that was paid."""
    return name.startswith(PAID) and not name.startswith(PAID_BEFORE)


def months_paid_in(told: Iterable[Mapping[str, Any]], *, by: date) -> int:
    """How many months of the cover were paid by a day, of the facts that an explanation keeps."""
    days = [date.fromisoformat(fact["value"]) for fact in told if is_month(fact["name"])]
    return sum(day <= by for day in days)


def _of_cover(cover: Cover) -> list[UsedFact]:
    if cover.spell is None:
        return [UsedFact("cover", "none had begun")]
    spell = cover.spell
    found = [UsedFact("covered-from", _instant(spell.covered_from), spell.event_id)]
    if spell.ended_on is not None:
        found.append(UsedFact("cover-ended-on", spell.ended_on.isoformat(), spell.event_id))
    found.extend(
        [
            UsedFact(f"{PAID}{each.month}", each.paid_on.isoformat(), each.event_id)
            for each in cover.payments
        ]
    )
    return found


def _of_event(facts: Facts) -> list[UsedFact]:
    found = [UsedFact("happened-on", facts.happened_on.isoformat())]
    if facts.died_on is not None:
        found.append(UsedFact("died-on", facts.died_on.isoformat()))
    if facts.happened_at is not None:
        found.append(UsedFact("happened-at", _instant(facts.happened_at)))
    return found


def _of_accident(facts: Facts) -> list[UsedFact]:
    found = [
        UsedFact("filed-on", facts.filed_on.isoformat()),
        UsedFact("base-income", str(facts.base_income)),
    ]
    if facts.late_filing_excused:
        found.append(UsedFact("late-filing-excused", YES))
    accident = facts.accident
    if accident is None:
        return found
    if accident.days_unable:
        found.append(UsedFact("days-unable", str(accident.days_unable)))
    if accident.unable_from is not None:
        found.append(UsedFact("unable-from", accident.unable_from.isoformat()))
    if accident.is_left_handed:
        found.append(UsedFact("left-handed", YES))
    if accident.is_sudden_death:
        found.append(UsedFact("sudden-death", YES))
    return [*found, *_of_disease(accident)]


def _of_decisions(facts: Facts) -> list[UsedFact]:
    """What was paid by others than this one."""
    given = ((PAID_BEFORE, facts.paid_before), (PAID_ELSEWHERE, facts.paid_elsewhere))
    return [
        UsedFact(f"{prefix}{benefit}", str(paid))
        for prefix, amounts in given
        for benefit, paid in amounts.items()
    ]


def _of_disease(accident: Accident) -> list[UsedFact]:
    found: list[UsedFact] = []
    if accident.is_disease:
        found.append(UsedFact("occupational-disease", YES))
    if accident.work_ended_on is not None:
        found.append(UsedFact("work-ended-on", accident.work_ended_on.isoformat()))
    return found


@lru_cache(maxsize=INSTANTS_REMEMBERED)
def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="minutes")
