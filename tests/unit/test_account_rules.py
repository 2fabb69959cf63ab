"""What an account may be used for, from values alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.refusal import Refused
from services.banking.rules.account_use import (
    AccountFacts,
    AccountIsClosed,
    AccountIsDormant,
    AccountNotActive,
    AccountUnderBlock,
    BalanceOverLimit,
    DebitOverLimit,
    check_credit,
    check_debit,
)
from services.banking.rules.activity import month_start, standing_of
from services.banking.rules.kyc import Names, compare
from services.banking.rules.products import products

NOW = datetime(2025, 7, 7, 1, 0, tzinfo=UTC)
BASIC = products()["basic"]
SAVINGS = products()["savings"]


def account(**changed: Any) -> AccountFacts:
    values: dict[str, Any] = {
        "state": "active", "blocked": False, "closed": False, "standing": "active",
        "product": BASIC, "balance": 0, "debited_this_month": 0,
    }  # fmt: skip
    return AccountFacts(**values | changed)


@pytest.mark.parametrize(
    ("unused", "standing"),
    [
        (timedelta(0), "active"),
        (timedelta(days=360), "active"),
        (timedelta(days=360, seconds=1), "inactive"),
        (timedelta(days=1_800), "inactive"),
        (timedelta(days=1_800, seconds=1), "dormant"),
    ],
)
def test_it_takes_more_than_360_and_1800_days(unused: timedelta, standing: str) -> None:
    assert standing_of(NOW - unused, NOW) == standing


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        (datetime(2025, 6, 30, 15, 59, tzinfo=UTC), datetime(2025, 5, 31, 16, tzinfo=UTC)),
        (datetime(2025, 6, 30, 16, 0, tzinfo=UTC), datetime(2025, 6, 30, 16, tzinfo=UTC)),
    ],
)
def test_a_month_begins_at_midnight_in_makassar(now: datetime, begins: datetime) -> None:
    assert month_start(now) == begins


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"closed": True, "blocked": True}, AccountIsClosed),
        ({"blocked": True, "state": "collected"}, AccountUnderBlock),
        ({"state": "opened"}, AccountNotActive),
        ({"state": "ready"}, AccountNotActive),
        ({"state": "collected"}, AccountNotActive),
        ({"standing": "dormant"}, AccountIsDormant),
        ({"debited_this_month": 4_999_901}, DebitOverLimit),
    ],
)
def test_what_keeps_money_on_an_account(changed: Any, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        check_debit(account(**changed), 100)


@pytest.mark.parametrize(
    "changed",
    [
        {"debited_this_month": 4_999_900},
        {"standing": "inactive"},
        {"product": SAVINGS, "debited_this_month": 10**12},
    ],
)
def test_what_lets_money_leave(changed: Any) -> None:
    check_debit(account(**changed), 100)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"closed": True}, AccountIsClosed),
        ({"standing": "dormant"}, AccountIsDormant),
        ({"balance": 19_999_901}, BalanceOverLimit),
    ],
)
def test_what_keeps_money_from_an_account(changed: Any, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        check_credit(account(**changed), 100)


@pytest.mark.parametrize(
    "changed",
    [
        {"balance": 19_999_900},
        {"blocked": True},
        {"state": "opened"},
        {"standing": "inactive"},
        {"product": SAVINGS, "balance": 10**12},
    ],
)
def test_what_lets_money_come(changed: Any) -> None:
    check_credit(account(**changed), 100)


@pytest.mark.parametrize(
    ("name", "nik", "expected"),
    [
        ("MARIA  ndun", "5371044107700001", (True, True)),
        ("Marìa Ndun", "5371044107700001", (True, True)),
        ("Maria Nduna", "5371044107700001", (False, True)),
        ("Maria Ndun", "5371044107700002", (True, False)),
        ("Ndun", "1", (False, False)),
    ],
)
def test_papers_beside_the_record(name: str, nik: str, expected: tuple[bool, bool]) -> None:
    record = Names("Maria Ndun", "5371044107700001")
    found = compare(Names(name, nik), record, screening="clear", reference=None)
    assert (found.name_matches, found.nik_matches) == expected
    assert found.matches == all(expected)
