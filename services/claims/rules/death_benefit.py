"""What is due when a member dies, not by work (JKM): PP 44/2015 art. 34, Permenaker 1/2025."""

from datetime import date

from services.claims.rules.facts import Doubt, Step
from services.claims.rules.months import months_later
from services.claims.rules.scholarship import scholarship_steps
from services.claims.rules.steps import Case, Lines, Payee, funeral, nothing, whole


def death_benefit(case: Case) -> Lines:
    """The whole package after three months of cover; before that the funeral benefit only.

    In arrears of up to three months the funeral benefit is paid at once and the rest held
    (art. 42(1)); of more, where a funder owes them, all of it (domain 10 row 4). Without heirs the
    rest goes to the social security fund (art. 40(2)b5).
    """
    tariff = case.tariff
    buried = funeral(case, tariff["death-funeral"], is_held=case.cover.holds_all)
    doubts = [*buried.doubts, *_row_doubts(case)]
    if not is_whole_package(case):
        return Lines([*buried.steps, *_scholarships(case)], doubts)
    payee: Payee = "fund" if case.has_no_heirs else "heirs"
    holds = case.cover.holds
    return Lines(
        [
            whole(tariff["death-lump-sum"], "lump-sum", payee, holds),
            whole(tariff["death-periodic"], "periodic", payee, holds),
            *buried.steps,
            *_scholarships(case),
        ],
        doubts,
    )


def is_whole_package(case: Case) -> bool:
    """Whether the member waited and paid long enough (Permenaker 1/2025). Too short a row of paid
    months with months owed in it is arrears, which hold the rest and do not take it away (domain 10
    row 3)."""
    return has_waited(case) and (has_paid_enough(case) or bool(case.cover.arrears))


def has_waited(case: Case) -> bool:
    """Covered for three months on the day of death; the day itself on which they end counts."""
    return case.day >= waiting_ends_on(case)


def has_paid_enough(case: Case) -> bool:
    """Three months were paid in a row."""
    return case.cover.months_paid >= case.tariff["death-months-in-row"].value


def waiting_ends_on(case: Case) -> date:
    """From this local day on the whole package is due."""
    assert case.cover.began_on is not None  # noqa: S101  (the case is covered)
    return months_later(case.cover.began_on, case.tariff["death-waiting"].value)


def boundary_doubts(case: Case) -> list[Doubt]:
    """So near the end of the waiting time a person looks: sources differ on how it is counted."""
    near = case.tariff["waiting-boundary"].value
    return ["waiting-boundary"] if abs((case.day - waiting_ends_on(case)).days) <= near else []


def _row_doubts(case: Case) -> list[Doubt]:
    """Sources differ on whether three months of cover are enough, or must be paid in a row."""
    return ["months-in-row"] if has_waited(case) and not has_paid_enough(case) else []


def _scholarships(case: Case) -> list[Step]:
    """After three years of contribution (art. 34 as amended by PP 82/2019), in a row or not."""
    if not case.facts.children:
        return []
    row, paid = case.tariff["death-scholarship-months"], case.cover.months_paid_in_all
    if paid >= row.value:
        return scholarship_steps(case, is_held=case.cover.holds)
    because = f"{row.value} months paid are needed, here {paid}"
    return [nothing(row, "scholarship", because, payee="child")]
