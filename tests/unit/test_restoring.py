"""What is put aside again, and promised, when a member lives after all."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from contracts.claims import ClaimRejected
from contracts.event import Cause
from contracts.types import ClaimId, ProgrammeId, WorkerId
from services.enrollment.rules.reactivation import Purse
from services.enrollment.rules.restoring import EndedForDeath, promised_to, restore

NOW = datetime(2025, 10, 2, 3, 0, tzinfo=UTC)
MONTH = 16_800
CLAIM, WORKER = ClaimId(UUID(int=1)), WorkerId(UUID(int=2))


@pytest.mark.parametrize(
    ("money", "carried"),
    [(-1, 0), (0, 0), (MONTH - 1, 0), (2 * MONTH + 5, 2), (3 * MONTH, 3), (90 * MONTH, 3)],
)
def test_whole_months_are_put_aside_as_far_as_the_money_goes(money: int, carried: int) -> None:
    rejected = ClaimRejected(
        **Cause(UUID(int=4), UUID(int=5)).stamp("reject", at=NOW), claim_id=CLAIM,
        worker_id=WORKER, reason="a namesake", rejected_by="kepala", member_lives=True,
    )  # fmt: skip
    ended = EndedForDeath(WORKER, ProgrammeId(UUID(int=3)), "53.71", CLAIM, 3 * MONTH)
    purse = Purse("apbd", "2025-12", MONTH, money)
    restored = restore(rejected, ended, purse, now=NOW)
    assert (restored.reserved, purse.money) == (carried * MONTH, money - carried * MONTH)
    assert restored == restore(rejected, ended, Purse("apbd", "2025-12", MONTH, money), now=NOW)


@pytest.mark.parametrize(
    ("reserved", "last_month"),
    [(5 * MONTH, "2026-01"), (3 * MONTH, "2025-11"), (0, "2025-08")],
)
def test_the_months_that_are_not_carried_are_the_last(reserved: int, last_month: str) -> None:
    found = promised_to("2026-01", released=5 * MONTH, reserved=reserved, month=MONTH)
    assert found == last_month
