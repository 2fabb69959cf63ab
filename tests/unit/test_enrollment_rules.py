"""Months billed and due, covers begun and ended."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.local_time import local_day
from contracts.claims import ClaimVerified
from contracts.enrollment import ContributionBilled, InvoiceIssued
from contracts.event import Cause
from contracts.types import ClaimId, ProgrammeId, WorkerId
from services.enrollment.rules import contributions
from services.enrollment.rules.contributions import Bill, BillingTerms
from services.enrollment.rules.cover import Ending, Unactivated, activate, end_for_death
from services.enrollment.rules.months import due_on, month_of, months_between

TODAY = date(2025, 7, 7)
NOW = datetime(2025, 7, 7, 1, tzinfo=UTC)
CAUSE = Cause(UUID(int=1), UUID(int=2))
PROGRAMME = ProgrammeId(UUID(int=3))
WORKERS = [WorkerId(UUID(int=number)) for number in range(10, 15)]


@pytest.mark.parametrize(
    ("month", "due"),
    [
        ("2025-07", date(2025, 7, 15)),  # a Tuesday
        ("2025-11", date(2025, 11, 17)),  # the 15th is a Saturday
        ("2025-06", date(2025, 6, 16)),  # a Sunday
        ("2024-09", date(2024, 9, 17)),  # a Sunday, then the Prophet's birthday
        ("2026-08", date(2026, 8, 18)),  # a Saturday, then Independence Day
    ],
)
def test_a_month_is_due_on_its_15th_or_the_next_working_day(month: str, due: date) -> None:
    assert due_on(month) == due


def test_months_and_days_are_those_of_kupang() -> None:
    last_second = datetime(2025, 7, 31, 15, 59, 59, tzinfo=UTC)
    assert month_of(local_day(last_second)) == "2025-07"
    assert month_of(local_day(last_second + timedelta(seconds=1))) == "2025-08"
    assert months_between("2025-07", "2025-12") == 6
    assert months_between("2025-11", "2026-02") == 4
    assert months_between("2025-07", "2025-06") == 0


TERMS = BillingTerms(PROGRAMME, "2025-07", "2025-12", 16_800)


def billed(month: str = "2025-07", now: datetime = NOW, workers: int = 3) -> list[Any]:
    bill = Bill(month, "53.71.04", WORKERS[:workers])
    return list(contributions.issue_invoice(TERMS, bill, cause=CAUSE, now=now))


def test_a_month_is_a_line_a_member_and_an_invoice_over_all() -> None:
    *lines, invoice = billed()
    assert {type(line) for line in lines} == {ContributionBilled}
    assert [line.worker_id for line in lines] == WORKERS[:3]
    assert isinstance(invoice, InvoiceIssued)
    assert (invoice.heads, invoice.amount) == (3, 50_400)
    assert {line.invoice_id for line in lines} == {invoice.invoice_id}
    assert billed() == billed()


def test_nobody_to_bill_is_no_invoice() -> None:
    assert billed(workers=0) == []


@pytest.mark.parametrize("month", ["2025-06", "2026-01"])
def test_the_programme_pays_its_own_months_only(month: str) -> None:
    with pytest.raises(contributions.MonthOutsideProgramme):
        billed(month, now=datetime(2026, 2, 1, tzinfo=UTC))


def test_a_month_is_billed_from_its_first_day_in_kupang() -> None:
    midnight = datetime(2025, 7, 31, 16, tzinfo=UTC)
    assert billed("2025-08", now=midnight)
    with pytest.raises(contributions.MonthNotBegun):
        billed("2025-08", now=midnight - timedelta(seconds=1))


def test_a_cover_begins_now_or_goes_on_and_a_number_is_kept() -> None:
    before = NOW - timedelta(days=90)
    numbers_held = ((None, None), ("25000000007", before), (None, None))
    paid = [
        Unactivated(worker, PROGRAMME, "53.71.04.1001", kpj, continues, paid_by=UUID(int=9))
        for worker, (kpj, continues) in zip(WORKERS, numbers_held, strict=False)
    ]
    numbers: dict[UUID, str] = {WORKERS[0]: "25000000010"}
    activated: list[Any] = list(activate(paid, numbers=numbers, cause=CAUSE, now=NOW))
    assert [(each.worker_id, each.kpj, each.covered_from) for each in activated] == [
        (WORKERS[0], "25000000010", NOW),
        (WORKERS[1], "25000000007", before),
    ]


def test_a_death_frees_what_was_not_billed() -> None:
    verified = ClaimVerified(
        **CAUSE.stamp("verify", at=NOW),
        claim_id=ClaimId(UUID(int=9)), worker_id=WORKERS[0], died_on=TODAY,
        verified_by="an officer",
    )  # fmt: skip
    ending = Ending(WORKERS[0], PROGRAMME, "53.71", reserved=100_800, billed=33_600)
    ended = end_for_death(verified, ending, died_on=TODAY, now=NOW)
    assert (ended.released, ended.ended_on, ended.region_code) == (67_200, TODAY, "53.71")
    assert ended.causation_id == verified.event_id
