"""Partial disability after a work accident: a per cent of eighty monthly incomes (JKK).

The per cent is a doctor's, by the table of PP 44/2015 annex III (art. 45); the rules only see that
the loss exists in the table and that all of them together are possible.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from contracts.claims import Benefit
from contracts.refusal import Refused
from services.claims.rules.arithmetic import NOTHING, half_up
from services.claims.rules.facts import Accident, Disability, Doubt, Step
from services.claims.rules.steps import Case, Lines, due, shortened
from services.claims.rules.tariffs import Loss, loss

_HUNDREDTHS = 100
"""Of a per cent, for half a function of an odd per cent."""
_OTHER_HAND = {"right": "left", "left": "right"}


class DisabilityPercentWrong(Refused):
    """The per cent is not the one that the table allows."""

    slug, status, retryable = "disability-percent-wrong", 422, False


class DisabilitySumTooLarge(Refused):
    """Nobody loses more than the whole."""

    slug, status, retryable = "disability-sum-too-large", 422, False


class Found(NamedTuple):
    """A loss by the table, in hundredths of a per cent."""

    is_functional: bool
    hundredths: int
    terms: str


class _Share(NamedTuple):
    """What one of the two benefits gets of all that was lost, in hundredths of a per cent."""

    benefit: Benefit
    hundredths: int
    terms: str


def partial_disability(case: Case, accident: Accident) -> Lines:
    """Several losses are added; left-handers swap right and left.

    Together they count up to a cap that no source confirms, anatomical losses first; a person
    looks where it bites. Raises: DisabilityUnknown, DisabilityPercentWrong, DisabilitySumTooLarge.
    """
    if not accident.disabilities:
        return Lines([], [])
    found = found_losses(accident.disabilities, swaps=accident.is_left_handed)
    total = sum(each.hundredths for each in found)
    sum_max = case.tariff["disability-sum-max"].value
    if total > sum_max * _HUNDREDTHS:
        raise DisabilitySumTooLarge(
            f"the losses add up to more than {sum_max} %: ask the doctor for the paper again"
        )
    doubts: list[Doubt] = ["disability-table-unverified"]
    cap = case.tariff["partial-cap"].value
    if total > cap * _HUNDREDTHS:
        doubts.append("partial-cap-unverified")
    anatomical = [each for each in found if not each.is_functional]
    functional = [each for each in found if each.is_functional]
    taken = min(sum(each.hundredths for each in anatomical), cap * _HUNDREDTHS)
    steps: list[Step] = []
    if anatomical:
        steps.append(_step(case, _share("anatomical-disability", anatomical, cap, taken=0)))
    if functional:
        steps.append(_step(case, _share("functional-disability", functional, cap, taken=taken)))
    return Lines(steps, doubts)


def found_losses(disabilities: Sequence[Disability], *, swaps: bool) -> list[Found]:
    """The losses by the table. However many entries name one of them, a body has no more of each
    part than the table counts. Raises: DisabilityUnknown, DisabilityPercentWrong."""
    found: list[Found] = []
    times: Counter[Loss] = Counter()
    for each in disabilities:
        row = loss(_of_other_hand(each.code) if swaps else each.code)
        found.append(_found(each, row))
        times[row] += each.units
        _check_times(row, each.units)
        _check_times(row, times[row])
    return found


def _found(disability: Disability, row: Loss) -> Found:
    percent = disability.percent
    if percent is None and row.percent_min == row.percent_max:
        percent = row.percent_min
    if percent is None or not row.percent_min <= percent <= row.percent_max:
        if row.percent_min == row.percent_max:
            raise DisabilityPercentWrong(
                f"{row.code} is {row.percent_max} % in the table: leave `percent` out"
            )
        raise DisabilityPercentWrong(
            f"{row.code} is {row.percent_min} to {row.percent_max} % in the table: "
            "give the per cent of the doctor's paper within it, in `percent`"
        )
    times = f"{disability.units} x " if disability.units > 1 else ""
    terms = f"{row.code} {times}{percent} %"
    lost = percent * disability.units
    if disability.function_lost is None:
        return Found(is_functional=False, hundredths=lost * _HUNDREDTHS, terms=terms)
    return Found(
        is_functional=True,
        hundredths=lost * disability.function_lost,
        terms=f"{disability.function_lost} % x {terms}",
    )


def _check_times(row: Loss, times: int) -> None:
    if not 1 <= times <= row.units_max:
        raise DisabilityPercentWrong(
            f"{row.code} counts at most {row.units_max} times, not {times}"
        )


def _of_other_hand(code: str) -> str:
    part, _, side = code.rpartition("-")
    return f"{part}-{_OTHER_HAND[side]}" if side in _OTHER_HAND else code


def _share(benefit: Benefit, found: Sequence[Found], cap: int, *, taken: int) -> _Share:
    lost = sum(each.hundredths for each in found)
    left = cap * _HUNDREDTHS - taken
    terms = " + ".join(each.terms for each in found)
    if lost <= left:
        return _Share(benefit, lost, f"({terms})" if len(found) > 1 else terms)
    room = f"{cap} % - {_percent(taken)}" if taken else f"{cap} %"
    return _Share(benefit, left, f"min({terms}, {room})")


def _step(case: Case, share: _Share) -> Step:
    row, base = case.tariff[share.benefit], case.facts.base_income
    amount = half_up(share.hundredths * row.times * base, 100 * _HUNDREDTHS)
    if amount == 0:
        line = f"{NOTHING}the cap of {case.tariff['partial-cap'].value} % is used up"
    else:
        by_income = f"x {row.times} x {base:,}"
        line = shortened(
            f"{share.terms} {by_income}",
            amount,
            instead=f"{_percent(share.hundredths)} {by_income}",
        )
    return due(
        row,
        share.benefit,
        amount,
        payee="member",
        arithmetic=line,
        is_held=case.cover.holds,
    )._replace(verified=False)


def _percent(hundredths: int) -> str:
    """`12 %`, or `(1,250 / 100) %` where a per cent is broken."""
    whole, broken = divmod(hundredths, _HUNDREDTHS)
    return f"({hundredths:,} / 100) %" if broken else f"{whole} %"
