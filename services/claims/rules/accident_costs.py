"""What an accident cost: inability to work, bringing, treating, home care, appliances (JKK).

In arrears care goes on: treatment, home care, orthoses and prostheses (art. 25(2)a). What the law
lists as money (art. 25(2)b) is held: bringing, inability to work, the other appliances (art. 39).
"""

from collections.abc import Sequence
from datetime import date
from typing import get_args

from contracts.claims import TripMode
from contracts.refusal import Refused
from services.claims.rules.arithmetic import half_up
from services.claims.rules.facts import Accident, Aid, Doubt, Step
from services.claims.rules.months import months_later
from services.claims.rules.steps import Case, Payee, due, shortened
from services.claims.rules.tariffs import Row

CASH = "art. 25(2)b"
"""In the article of what is paid as money; care stands in art. 25(2)a."""
MODES: tuple[TripMode, ...] = get_args(TripMode)


class HospitalPriceMissing(Refused):
    """An orthosis or prosthesis is paid by the price of the reference hospital."""

    slug, status, retryable = "hospital-price-missing", 422, False


def income_replacement(case: Case, accident: Accident, *, payee: Payee) -> Step | None:
    """STMB: the whole income for the first twelve months without work, then half of it.

    A day is a thirtieth of the month. Days are counted first and rounded once, half a rupiah up.
    The twelve months are of the calendar from the first day without work on, the day of the
    accident where no other is said. The day of a death is the last that counts.
    """
    unable = _days_unable(case, accident)
    if unable == 0:
        return None
    tariff, base = case.tariff, case.facts.base_income
    row, after = tariff["income-replacement"], tariff["income-replacement-after"]
    divisor = tariff["income-replacement-divisor"].value
    first = min(unable, _first_days(case, accident))
    rest = unable - first
    amount = half_up((first * row.value + rest * after.value) * base, 100 * divisor)
    days = f"{first} x {row.value} %"
    if rest:
        days = f"({days} + {rest} x {after.value} %)"
    if unable < accident.days_unable:
        days = f"until the death {days}"
    return due(
        row,
        "income-replacement",
        amount,
        payee=payee,
        arithmetic=f"{days} x {base:,} / {divisor} = {amount:,}",
        is_held=case.cover.holds,
    )


def transport(case: Case, accident: Accident, *, payee: Payee) -> Step | None:
    """The receipts of each mode up to its own maximum, added up."""
    used: list[Row] = []
    terms: list[str] = []
    amount = 0
    for mode in MODES:
        cost = sum(trip.cost for trip in accident.trips if trip.mode == mode)
        if cost == 0:
            continue
        row = case.tariff[f"transport-{mode}"]
        used.append(row)
        terms.append(_capped(mode, cost, row.value))
        amount += min(cost, row.value)
    if not used:
        return None
    line = shortened(" + ".join(terms), amount, instead=f"{amount:,}")
    holds = case.cover.holds
    return due(used[0], "transport", amount, payee=payee, arithmetic=line, is_held=holds)


def medical(case: Case, accident: Accident, *, payee: Payee) -> Step | None:
    """What the member paid for treatment, by need and without a maximum."""
    if accident.medical_cost == 0:
        return None
    cost = accident.medical_cost
    return due(case.tariff["medical"], "medical", cost, payee=payee, arithmetic=f"{cost:,}")


def home_care(case: Case, accident: Accident, *, payee: Payee) -> Step | None:
    """The receipts up to the maximum. Days after the first year are not paid: which receipts are of
    them is for the doctor's paper to say, so the amount is not divided by days and a person looks.
    """
    cost = accident.home_care_cost
    if cost == 0:
        return None
    row, days_max = case.tariff["home-care"], case.tariff["home-care-days"].value
    amount = min(cost, row.value)
    terms = _capped("receipts", cost, row.value)
    if accident.home_care_days > days_max:
        terms = f"for one year at most {terms}"
    return due(row, "home-care", amount, payee=payee, arithmetic=f"{terms} = {amount:,}")


def home_care_doubts(case: Case, accident: Accident) -> list[Doubt]:
    """For longer than a year nothing is due: a person takes off what lies beyond it."""
    days_max = case.tariff["home-care-days"].value
    is_over = accident.home_care_cost > 0 and accident.home_care_days > days_max
    return ["home-care-over-a-year"] if is_over else []


def appliances(case: Case, accident: Accident, *, payee: Payee) -> list[Step]:
    """Each appliance up to its own maximum, added up; while cash is held, the care among them in a
    line of its own. Raises: HospitalPriceMissing."""
    aids = [aid for aid in accident.aids if aid.cost > 0]
    if not case.cover.holds:
        return _appliances(case, aids, payee=payee, is_held=False)
    cash = [aid for aid in aids if CASH in case.tariff[aid.appliance].article]
    care = [aid for aid in aids if aid not in cash]
    return [
        *_appliances(case, care, payee=payee, is_held=False),
        *_appliances(case, cash, payee=payee, is_held=True),
    ]


def hospital_price(aid: Aid) -> int:
    """What the reference hospital charges. Raises: HospitalPriceMissing."""
    if aid.hospital_price is None:
        raise HospitalPriceMissing(
            f"{aid.appliance}: state what the reference hospital charges for one, in "
            "`hospital_price`"
        )
    return aid.hospital_price


def _appliances(case: Case, aids: Sequence[Aid], *, payee: Payee, is_held: bool) -> list[Step]:
    if not aids:
        return []
    amount = half_up(sum(_aid_hundredths(aid, case.tariff[aid.appliance]) for aid in aids), 100)
    line = shortened(
        " + ".join(_aid_terms(aid, case.tariff[aid.appliance]) for aid in aids),
        amount,
        instead=f"{amount:,}",
    )
    row = case.tariff[aids[0].appliance]
    return [due(row, "appliances", amount, payee=payee, arithmetic=line, is_held=is_held)]


def _days_unable(case: Case, accident: Accident) -> int:
    died_on, began_on = case.facts.died_on, _unable_from(case, accident)
    if died_on is None:
        return accident.days_unable
    return max(0, min(accident.days_unable, (died_on - began_on).days + 1))


def _unable_from(case: Case, accident: Accident) -> date:
    return accident.unable_from or case.facts.happened_on


def _first_days(case: Case, accident: Accident) -> int:
    began_on = _unable_from(case, accident)
    return (months_later(began_on, case.tariff["income-replacement-months"].value) - began_on).days


def _aid_hundredths(aid: Aid, row: Row) -> int:
    """Hundredths of a rupiah, so that all appliances are rounded once."""
    if row.unit == "rupiah":
        return 100 * min(aid.cost, row.value)
    return min(100 * aid.cost, row.value * hospital_price(aid))


def _aid_terms(aid: Aid, row: Row) -> str:
    if row.unit == "rupiah":
        return _capped(aid.appliance, aid.cost, row.value)
    return f"{aid.appliance} min({aid.cost:,}, {row.value} % x {aid.hospital_price:,})"


def _capped(label: str, cost: int, most: int) -> str:
    return f"{label} min({cost:,}, {most:,})" if cost > most else f"{label} {cost:,}"
