"""Why somebody is not covered: every case from facts alone."""

from dataclasses import replace
from datetime import date
from typing import Any, get_args
from uuid import UUID

import pytest

from services.enrollment.rules.applicants import COLUMNS, Finding, Slug, finding
from services.enrollment.rules.why_not import (
    Actor,
    CardFacts,
    Explanation,
    Facts,
    Left,
    MemberFacts,
    Paid,
    Proposal,
    Standing,
    Step,
    Unpaid,
    explain,
)

TODAY = date(2025, 9, 20)
ROSTER, INVOICE = UUID(int=1), UUID(int=2)
ROOM = Left(closed=False, over=False, place=True, money=True)
ALONE = Facts(
    today=TODAY, this_month="2025-09", given=frozenset(COLUMNS), findings=(), left=ROOM
)  # fmt: skip
TOO_OLD = Finding("refused", "tanggal_lahir", "too-old", "Sudah berumur 65 tahun atau lebih.")
OTHER_SEX = Finding("warning", "jenis_kelamin", "sex-differs-from-nik", "Jenis kelamin lain.")
PROPOSAL = Proposal(
    roster_id=ROSTER, row_number=17, state="validated", received_on=date(2025, 9, 1),
    validated_on=date(2025, 9, 2), decided_on=None, rejection=None, refused=False, findings=(),
)  # fmt: skip
PLACE = MemberFacts(
    enrolled_on=date(2025, 9, 4), first_month="2025-09", last_month="2025-12", months_billed=0,
    this_month_billed=False, unpaid=None, first_paid=None, covered_from=None, arrears_months=0,
    arrears_oldest=None, lapsed_on=None, ended_on=None, end_reason=None, replaced=False, card=None,
    has_account=False, lacks=(),
)  # fmt: skip
UNPAID = Unpaid("2025-09", INVOICE, date(2025, 9, 15), date(2025, 9, 5))
COVERED: dict[str, Any] = {
    "months_billed": 1, "this_month_billed": True, "first_paid": Paid("2025-09", date(2025, 9, 8)),
    "covered_from": date(2025, 9, 8),
}  # fmt: skip


def explained(**facts: Any) -> Explanation:
    return explain(replace(ALONE, **facts))


def place(**changed: Any) -> MemberFacts:
    return replace(PLACE, **changed)


def by_rule(found: Explanation) -> dict[str, Step]:
    return {step.rule: step for step in found.steps}


def test_every_reason_of_an_intake_has_its_rule_once() -> None:
    rules = [step.rule for step in explain(ALONE).steps]
    assert len(rules) == len(set(rules))
    assert set(get_args(Slug)) < set(rules)


CASES: list[tuple[dict[str, Any], Standing, str, Actor, date | None]] = [
    ({}, "never-seen", "proposed", "proposer", None),
    ({"findings": (TOO_OLD,)}, "never-seen", "too-old", "proposer", None),
    ({"left": ROOM._replace(place=False)}, "never-seen", "quota-exhausted", "funder", None),
    ({"left": ROOM._replace(money=False)}, "never-seen", "budget-exhausted", "funder", None),
    ({"left": ROOM._replace(closed=True)}, "never-seen", "programme-closed", "funder", None),
    ({"left": ROOM._replace(over=True)}, "never-seen", "programme-over", "funder", None),
    ({"dead": True, "member": True}, "dead", "person-dead", "district", None),
    ({"member": True}, "elsewhere", "already-member", "nobody", None),
    (
        {"proposal": PROPOSAL._replace(state="received", validated_on=None)},
        "waits-for-check", "checked", "nobody", date(2025, 9, 1),
    ),
    ({"proposal": PROPOSAL}, "waits-for-checker", "approved", "checker", date(2025, 9, 2)),
    (
        {"proposal": PROPOSAL, "left": ROOM._replace(place=False)},
        "waits-for-checker", "approved", "checker", date(2025, 9, 2),
    ),
    (
        {"proposal": PROPOSAL._replace(state="approved", decided_on=date(2025, 9, 3))},
        "being-taken-in", "enrolled", "nobody", date(2025, 9, 3),
    ),
    (
        {"proposal": PROPOSAL._replace(state="rejected", decided_on=date(2025, 9, 3),
                                       rejection="kirim ulang")},
        "rejected", "approved", "proposer", date(2025, 9, 3),
    ),
    (
        {"proposal": PROPOSAL._replace(refused=True, findings=(TOO_OLD,)), "findings": (TOO_OLD,)},
        "refused", "too-old", "proposer", date(2025, 9, 2),
    ),
    (
        {"proposal": PROPOSAL._replace(refused=True, findings=(finding("quota-exhausted"),))},
        "refused", "enrolled", "proposer", date(2025, 9, 2),
    ),
    (
        {"proposal": PROPOSAL._replace(refused=True, findings=(finding("nik-twice-in-file"),))},
        "refused", "nik-twice-in-file", "proposer", date(2025, 9, 2),
    ),
    (
        {"proposal": PROPOSAL._replace(state="processed", refused=True,
                                       decided_on=date(2025, 9, 3),
                                       findings=(finding("left-out-by-checker"), OTHER_SEX))},
        "refused", "left-out-by-checker", "checker", date(2025, 9, 3),
    ),
    ({"place": PLACE}, "not-billed", "billed", "branch", date(2025, 9, 4)),
    (
        {"place": place(first_month="2025-10")}, "not-billed", "billed", "nobody", None,
    ),
    (
        {"place": place(months_billed=1, this_month_billed=True, unpaid=UNPAID)},
        "not-paid", "paid", "funder", date(2025, 9, 16),
    ),
    (
        {"place": place(months_billed=1, this_month_billed=True, unpaid=UNPAID),
         "today": date(2025, 9, 15)},
        "not-paid", "paid", "funder", date(2025, 9, 5),
    ),
    (
        {"place": place(**(COVERED | {"covered_from": None}))},
        "no-number", "covered", "branch", date(2025, 9, 8),
    ),
    ({"place": place(**COVERED)}, "covered", "card-printed", "branch", date(2025, 9, 8)),
    (
        {"place": place(**COVERED, card=CardFacts(date(2025, 9, 10), None))},
        "covered", "card-delivered", "district", date(2025, 9, 10),
    ),
    (
        {"place": place(**COVERED, card=CardFacts(date(2025, 9, 10), date(2025, 9, 11)))},
        "covered", "account-opened", "bank", date(2025, 9, 4),
    ),
    (
        {"place": place(**COVERED, card=CardFacts(date(2025, 9, 10), date(2025, 9, 11)),
                        has_account=True)},
        "covered", "covered", "nobody", None,
    ),
    (
        {"place": place(**COVERED, arrears_months=2, arrears_oldest="2025-08")},
        "in-arrears", "not-in-arrears", "funder", date(2025, 8, 16),
    ),
    (
        {"place": place(**COVERED, lapsed_on=date(2025, 9, 16))},
        "lapsed", "not-lapsed", "funder", date(2025, 9, 16),
    ),
    (
        {"place": place(**COVERED, ended_on=date(2025, 9, 12), end_reason="death")},
        "ended", "not-ended", "branch", date(2025, 9, 12),
    ),
    (
        {"place": place(ended_on=date(2025, 9, 12), end_reason="withdrawal", replaced=True)},
        "ended", "not-ended", "district", date(2025, 9, 12),
    ),
    ({"erased_on": date(2025, 9, 1), "place": PLACE}, "erased", "not-erased", "nobody", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "standing", "rule", "acts", "since"), CASES,
    ids=[f"{standing} {rule}" for _, standing, rule, _, _ in CASES],
)  # fmt: skip
def test_it_says_where_the_person_stands_whose_turn_it_is_and_since_when(
    facts: dict[str, Any], standing: Standing, rule: str, acts: Actor, since: date | None
) -> None:
    found = explained(**facts)
    assert found.standing == standing
    assert (found.waits.rule, found.waits.acts, found.waits.since) == (rule, acts, since)
    assert found.covered == (standing in {"covered", "in-arrears"})
    assert all(step.sentence for step in found.steps)


def test_every_standing_is_a_case() -> None:
    assert {standing for _, standing, *_ in CASES} == set(get_args(Standing))


def test_what_is_not_known_of_the_person_is_neither_passed_nor_failed() -> None:
    steps = by_rule(explained(given=frozenset({"nik", "tanggal_lahir"}),
                              left=ROOM._replace(place=None)))  # fmt: skip
    outcomes = {rule: step.outcome for rule, step in steps.items()}
    assert outcomes["nik-malformed"] == outcomes["too-old"] == "passed"
    assert outcomes["birth-date-differs-from-nik"] == "passed"
    for rule in ("village-unknown", "sex-differs-from-nik", "field-missing", "quota-exhausted",
                 "possible-duplicate", "kk-crowded", "nik-twice-in-file", "covered"):  # fmt: skip
        assert outcomes[rule] == "unknown", rule


def test_a_warning_waits_for_a_person_and_is_settled_once_the_row_is_taken() -> None:
    waits = by_rule(explained(proposal=PROPOSAL._replace(findings=(OTHER_SEX,)),
                              findings=(OTHER_SEX,)))  # fmt: skip
    step = waits["sex-differs-from-nik"]
    assert (step.outcome, step.acts) == ("unknown", "checker")
    assert waits["possible-duplicate"].outcome == "passed"
    assert by_rule(explained(place=PLACE))["sex-differs-from-nik"].outcome == "passed"


def test_several_findings_of_one_kind_are_told_together() -> None:
    empty = [Finding("refused", name, "field-missing", f"{name} kosong.") for name in ("a", "b")]
    step = by_rule(explained(findings=tuple(empty)))["field-missing"]
    assert step.sentence == "a kosong. b kosong."


def test_a_corrected_row_is_judged_as_it_is_now() -> None:
    refused = PROPOSAL._replace(refused=True, findings=(TOO_OLD,))
    found = explained(proposal=refused)
    assert by_rule(found)["too-old"].outcome == "passed"
    assert (found.standing, found.waits.rule) == ("refused", "enrolled")
    assert str(ROSTER) in found.waits.sentence
    assert "baris 17" in found.waits.sentence


def test_who_lacks_papers_is_told_which_the_bank_wants() -> None:
    lacking = {"lacks": ("KK",), "card": CardFacts(TODAY, TODAY)}
    found = explained(place=place(**COVERED, **lacking))
    assert (found.waits.acts, found.waits.bring) == ("bank", "KK")


def test_the_invoice_and_the_days_are_in_the_sentence() -> None:
    unpaid = place(months_billed=1, this_month_billed=True, unpaid=UNPAID)
    sentence = explained(place=unpaid).waits.sentence
    assert str(INVOICE) in sentence
    assert "15-09-2025" in sentence
    ended = place(ended_on=date(2025, 9, 12), end_reason="other-segment", replaced=True)
    assert "12-09-2025" in explained(place=ended).waits.sentence
    assert "diisi orang lain" in explained(place=ended).waits.sentence


def test_after_the_programmes_last_month_nothing_is_billed() -> None:
    over = {"today": date(2026, 2, 1), "this_month": "2026-02"}
    paid = place(**(COVERED | {"this_month_billed": False}))
    assert by_rule(explained(place=paid, **over))["billed"].outcome == "passed"
    never = by_rule(explained(place=PLACE, **over))["billed"]
    assert (never.outcome, never.acts) == ("unknown", "nobody")


def test_a_month_that_the_member_paid_himself_waits_for_no_bill() -> None:
    own = by_rule(explained(place=place(this_month_own=True)))["billed"]
    assert own.outcome == "passed"
    assert "dibayar peserta sendiri" in own.sentence
