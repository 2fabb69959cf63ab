"""What the simulator makes of a bad day follows from the seed and the reference alone."""

import csv
import io
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import mt940
import pytest
from pydantic import ValidationError

from simulators.rail import bad_day, call_backs, codes, rules, statement
from simulators.rail.bad_day import BadDay, CallBackTrouble, Trouble
from simulators.rail.messages import Amount, Behavior, Instruction, TransferOrder
from simulators.rail.rules import Entry

AT = datetime(2025, 10, 22, 2, 14, 3, tzinfo=UTC)
REFERENCES = [f"{number:032x}" for number in range(2_000)]
DAY = date(2025, 10, 22)


def all_of(trouble: Trouble, **changed: Any) -> BadDay:
    """A day on which every transfer meets this trouble."""
    return BadDay(seed=7, shares={trouble: 1.0}, **changed)


def entry(number: int, behavior: Behavior = Behavior.SETTLE, amount: int = 1_000) -> Entry:
    order = TransferOrder(
        partnerReferenceNo=REFERENCES[number],
        amount=Amount(value=f"{amount}.00", currency="IDR"),
        beneficiaryAccountName="Yuliana Tefa",
        beneficiaryAccountNo="0356789012",
        beneficiaryBankCode="014",
        sourceAccountNo="1300000001",
        transactionDate=AT.isoformat(),
    )
    found = rules.decided(order, Instruction(behavior=behavior), now=AT + timedelta(seconds=number))
    return replace(found, position=number + 1)


def told(day: BadDay, reference: str, *, tries: int = 0) -> Instruction:
    return bad_day.instruction(day, reference, tries=tries)


def test_a_day_repeats_with_its_seed_and_differs_with_another() -> None:
    shares = {trouble: 1 / len(Trouble) for trouble in Trouble}
    one, same, other = (BadDay(seed=seed, shares=shares) for seed in (1, 1, 2))
    treated = [told(one, reference) for reference in REFERENCES[:200]]
    assert treated == [told(same, reference) for reference in REFERENCES[:200]]
    assert treated != [told(other, reference) for reference in REFERENCES[:200]]


def test_each_trouble_has_its_share() -> None:
    day = BadDay(seed=3, shares={Trouble.SLOW: 0.2, Trouble.LOST: 0.1})
    met = Counter(day.trouble(reference) for reference in REFERENCES)
    assert 320 < met[Trouble.SLOW] < 480
    assert 140 < met[Trouble.LOST] < 260
    assert met[Trouble.SLOW] + met[Trouble.LOST] + met[None] == len(REFERENCES)


def test_shares_above_one_and_troubles_that_do_not_exist_are_refused() -> None:
    for wrong in ({"slow": 0.6, "lost": 0.6}, {"slow": -0.1}, {"hungry": 0.1}):
        with pytest.raises(ValidationError):
            BadDay.model_validate({"seed": 1, "shares": wrong})


@pytest.mark.parametrize("trouble", list(bad_day.REFUSALS))
def test_a_refusal_carries_its_own_code(trouble: Trouble) -> None:
    instruction = told(all_of(trouble), REFERENCES[0])
    assert instruction.behavior is Behavior.REFUSE
    assert instruction.response_code == bad_day.REFUSALS[trouble].code(codes.TRANSFER)


@pytest.mark.parametrize("trouble", list(bad_day.FIRST_TRIES))
def test_what_is_not_taken_on_at_first_settles_after_three_tries_at_most(trouble: Trouble) -> None:
    day = all_of(trouble)
    for reference in REFERENCES[:50]:
        behaviors = [told(day, reference, tries=tries).behavior for tries in range(4)]
        assert behaviors[0] is bad_day.FIRST_TRIES[trouble]
        assert behaviors[3] is Behavior.SETTLE


def test_a_lost_transfer_stays_lost() -> None:
    day = all_of(Trouble.LOST)
    for tries in range(20):
        assert told(day, REFERENCES[1], tries=tries).behavior is not Behavior.SETTLE


def test_what_is_in_progress_may_fail() -> None:
    failed = told(all_of(Trouble.IN_PROGRESS_FAILED), REFERENCES[0])
    assert (failed.behavior, failed.response_code) == (Behavior.IN_PROGRESS, "4031814")
    assert told(all_of(Trouble.IN_PROGRESS_SETTLED), REFERENCES[0]).response_code is None


def test_another_amount_moves_only_where_it_is_switched_on() -> None:
    well, errs = BadDay(seed=1), BadDay(seed=1, wrong_amount_moved=1.0)
    assert told(well, REFERENCES[0]).behavior is Behavior.SETTLE
    assert told(errs, REFERENCES[0]).behavior is Behavior.WRONG_AMOUNT_MOVED
    moved = entry(0, Behavior.WRONG_AMOUNT_MOVED, amount=250_000_000)
    assert moved.moved(now=AT + timedelta(days=1)) == 249_999_999


def test_call_backs_come_as_the_day_has_them() -> None:
    def planned(trouble: CallBackTrouble) -> list[tuple[str, int, bool]]:
        day = BadDay(seed=1, call_backs={trouble: 1.0})
        found = call_backs.planned(entry(0), day)
        return [(call.latest, call.amount, call.signed) for call in found]

    right = ("00", 1_000, True)
    assert planned(CallBackTrouble.DUPLICATE) == [right] * 3
    assert planned(CallBackTrouble.REORDERED) == [right, ("03", 1_000, True)]
    assert planned(CallBackTrouble.WRONG_AMOUNT) == [("00", 1_001, True)]
    assert planned(CallBackTrouble.WRONG_SIGNATURE) == [("00", 1_000, False)]
    assert planned(CallBackTrouble.LOST) == []
    assert planned(CallBackTrouble.LATE) == [right]


def test_a_statement_says_the_same_as_csv_and_as_mt940() -> None:
    lines = statement.lines([entry(0), entry(1)], day=DAY, bad_day=None)
    rows = list(csv.DictReader(io.StringIO(statement.as_csv(lines))))
    assert rows[0] == {
        "booked_at": "2025-10-22T09:14:03+07:00",
        "rail_reference": "RAIL000000000001",
        "partner_reference": REFERENCES[0],
        "amount": "1000.00",
        "currency": "IDR",
        "beneficiary_bank": "014",
        "beneficiary_account_masked": "******9012",
    }
    read = mt940.parse(statement.as_mt940(lines, day=DAY, account="1300000001"))
    assert [each.data["amount"].amount for each in read] == [Decimal(-1_000), Decimal(-1_000)]
    assert [each.data["bank_reference"] for each in read] == [
        "RAIL000000000001",
        "RAIL000000000002",
    ]
    assert f"/REF/{REFERENCES[1]}" in read[1].data["transaction_details"]
    assert read.data["final_closing_balance"].amount.amount == Decimal(-2_000)


def test_a_wrong_statement_is_wrong_in_the_same_way_each_time() -> None:
    entries = [entry(number) for number in range(200)]
    true = statement.lines(entries, day=DAY, bad_day=None)
    mistakes = {"leave_out": 0.2, "change_amount": 0.2, "foreign_lines": 2}
    spoiled = BadDay.model_validate({"seed": 5, "statement": mistakes})
    found = statement.lines(entries, day=DAY, bad_day=spoiled)
    assert found == statement.lines(entries, day=DAY, bad_day=spoiled)
    known = {line.partner_reference: line for line in true}
    ours = [line for line in found if line.partner_reference in known]
    assert len(found) - len(ours) == 2
    assert 20 < len(true) - len(ours) < 60
    changed = [line for line in ours if line != known[line.partner_reference]]
    assert 15 < len(changed) < 60
    assert all(
        1 <= line.amount - known[line.partner_reference].amount <= statement.DIFFERS_MAX
        for line in changed
    )
