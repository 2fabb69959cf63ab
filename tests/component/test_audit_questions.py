"""Each question of the catalogue finds what was planted for it, and nothing in a clean record."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from contracts import audit, banking, claims, enrollment
from services.audit.adapters import duck
from services.audit.adapters.answering import Limits, Table
from services.audit.operations import questions
from services.audit.rules.questions import (
    ParameterMalformed,
    ParameterMissing,
    QuestionUnknown,
)
from tests.component.recorded_world import (
    AGNES,
    BENYAMIN,
    CLAIM,
    DEAD,
    FUNDS,
    HEIR,
    INSURER,
    MONTH,
    PROGRAMME,
    WORKERS,
    World,
    at,
    clean_world,
    named,
    transfer,
)

LIMITS = Limits(seconds=20)
Plant = Callable[[World], Any]


def answered(files: Path, name: str, **given: str) -> Table:
    asked = questions.asked(name, given)
    return duck.ask(files, asked.question.sql, asked.values, limits=LIMITS)


def told(table: Table, column: str) -> list[Any]:
    place = [each.name for each in table.columns].index(column)
    return [row[place] for row in table.rows]


def review(world: World, kind: str) -> None:
    world.add(
        enrollment.ReviewRaised,
        at("2025-10-12"),
        review_id=named(kind),
        worker_id=AGNES,
        village_code="53.71.04.1001",
        kind=kind,
    )


def seen_at_the_bank(world: World) -> None:
    world.add(
        banking.HolderVerified,
        at("2025-08-01"),
        holder_id=AGNES,
        account_id=named(f"account {AGNES}"),
        nik_matches=False,
        name_matches=True,
    )


def billed_and_paid_after_death(world: World) -> None:
    world.month("2025-11", [DEAD])


def invoice_of_five(world: World) -> None:
    world.add(
        enrollment.InvoiceIssued,
        at("2025-11-01"),
        invoice_id=named("five"),
        programme_id=PROGRAMME,
        month="2025-11",
        district_code="53.71.04",
        heads=5,
        amount=5 * MONTH,
    )


def paid_beyond_the_deposit(world: World) -> None:
    world.add(
        banking.InvoicePaid,
        at("2025-11-03"),
        invoice_id=named("large"),
        programme_id=PROGRAMME,
        month="2025-11",
        transfer=transfer("contribution", FUNDS, INSURER, 100 * MONTH),
    )


def one_proxy_for_two(world: World) -> None:
    for worker in (AGNES, BENYAMIN):
        world.add(
            banking.PassbookCollected,
            at("2025-09-01"),
            holder_id=worker,
            account_id=named(f"account {worker}"),
            collected_by="proxy",
            proxy="0" * 32,
        )


def ended_elsewhere(world: World) -> None:
    world.add(
        enrollment.CoverageEnded,
        at("2025-10-20"),
        worker_id=AGNES,
        programme_id=PROGRAMME,
        region_code="53.71",
        reason="other-segment",
        ended_on="2025-08-15",
        released=0,
    )


def claim_of(
    world: World,
    *,
    worker: UUID = AGNES,
    paid_on: str = "15",
    lines: dict[str, int] | None = None,
) -> None:
    claim = named(f"claim of {worker}")
    world.file(worker, claim)
    world.decide(worker, claim, lines, day=paid_on)


def claim_without_papers(world: World) -> None:
    about: dict[str, Any] = {"claim_id": named("bare"), "worker_id": AGNES}
    when = at("2025-10-13")
    world.add(
        claims.ClaimFiled, when, **about, died_on="2025-10-11", filed_by="kepala", kind="death"
    )
    world.decide(AGNES, named("bare"))


def compensated_wrongly(world: World) -> None:
    claim_of(world, paid_on="24")
    world.add(
        claims.CompensationAwarded,
        at("2025-10-24", 4),
        claim_id=named(f"claim of {AGNES}"),
        worker_id=AGNES,
        days_late=8,
        base=42_000_000,
        lines=[{"benefit": "late-compensation", "amount": 1, "payee_id": HEIR}],
    )


def paid_out_twice(world: World) -> None:
    settled = next(e for e in world.events if isinstance(e, banking.PayoutSettled))
    fields = settled.model_dump(exclude=set(enrollment.WorkerErased.model_fields) - {"worker_id"})
    world.add(banking.PayoutSettled, at("2025-10-16"), **fields)


PLANTED: dict[str, list[tuple[Plant, str]]] = {
    "same-person-twice": [
        (lambda w: review(w, "possible-duplicate"), "review not decided"),
        (lambda w: w.enroll(named("new"), warnings=["possible-duplicate"]), "with the warning"),
        (lambda w: w.enroll(AGNES), "taken in twice"),
    ],
    "doubtful-identity": [
        (lambda w: w.enroll(named("new"), warnings=["sex-differs-from-nik"]), "sex-differs"),
        (seen_at_the_bank, "bank: another NIK"),
    ],
    "paid-after-death": [(billed_and_paid_after_death, str(MONTH))],
    "outside-the-province": [
        (lambda w: w.enroll(named("new"), village_code="73.71.01.1001"), "day of enrollment"),
    ],
    "covered-elsewhere": [
        (lambda w: w.bill(AGNES, "2025-10", programme_id=named("another")), "two programmes"),
        (lambda w: w.bill(BENYAMIN, "2025-10", payer="self"), "billed to two payers"),
        (ended_elsewhere, "other-segment"),
    ],
    "age-limits": [(lambda w: review(w, "reached-age-limit"), "review not decided")],
    "heads-agree": [
        (invoice_of_five, "invoice and members billed differ"),
        (lambda w: w.pay(named("ghost"), "2025-10"), "members paid differ"),
    ],
    "heads-by-name": [
        (lambda w: w.bill(AGNES, "2025-10"), "billed more than once"),
        (lambda w: w.bill(named("ghost"), "2025-10"), "billed, invoice paid, not paid"),
        (lambda w: w.pay(named("shade"), "2025-10"), "paid, not billed"),
        (lambda w: w.enroll(named("forgotten")), "active, not billed"),
    ],
    "money-and-budget": [
        (lambda w: w.enroll(named("new")), "promised more than the ceiling"),
        (paid_beyond_the_deposit, "paid more than was deposited"),
    ],
    "exact-amounts": [(lambda w: w.bill(AGNES, "2025-11", amount=8_400), "month billed")],
    "claims-in-order": [
        (claim_without_papers, "paper missing: heir-certificate"),
        (claim_without_papers, "filed and approved by one officer"),
        (claim_without_papers, f"payee is not registered: {HEIR}"),
    ],
    "benefits-recomputed": [
        (lambda w: claim_of(w, lines={"funeral": 10_000_000}), "benefit of a death"),
        (paid_out_twice, "lump-sum: paid twice"),
    ],
    "late-payments": [
        (lambda w: claim_of(w, worker=BENYAMIN, paid_on="24"), "paid late, no compensation"),
        (compensated_wrongly, "compensation is not 1 % a day"),
    ],
    "accounts-in-hands": [(one_proxy_for_two, "one person collected for several")],
    "quotas-kept": [
        (lambda w: w.enroll(named("fourth")), "53.71"),
        (lambda w: w.enroll(named("fifth")), "53.71"),
    ],
}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clean_world().archived(tmp_path_factory.mktemp("clean"))


@pytest.mark.parametrize("name", [*PLANTED, "who-changed-what", "findings-followed-up"])
def test_a_question_finds_nothing_in_a_clean_record(clean: Path, name: str) -> None:
    assert answered(clean, name).rows == []


@pytest.mark.parametrize("name", PLANTED)
def test_a_question_finds_what_was_planted(tmp_path: Path, name: str) -> None:
    world = clean_world()
    for plant in dict.fromkeys(plant for plant, _ in PLANTED[name]):
        plant(world)
    found = answered(world.archived(tmp_path), name)
    words = " ".join(str(cell) for row in found.rows for cell in row)
    for _, evidence in PLANTED[name]:
        assert evidence in words


@pytest.mark.parametrize("elsewhere", [True, False])
def test_a_funeral_that_another_segment_paid_is_not_recomputed(
    tmp_path: Path, elsewhere: bool
) -> None:
    world = clean_world()
    claim_of(world, lines={"lump-sum": 20_000_000, "periodic": 12_000_000})
    world.add(
        claims.ClaimVerified,
        at("2025-10-14", 5),
        claim_id=named(f"claim of {AGNES}"),
        worker_id=AGNES,
        died_on="2025-10-11",
        verified_by="verifikator",
        funeral_paid_elsewhere=elsewhere,
    )
    found = answered(world.archived(tmp_path), "benefits-recomputed")
    assert told(found, "expected") == ([] if elsewhere else [42_000_000])


@pytest.mark.parametrize(
    ("covered_from", "expected"), [("2025-07-11", []), ("2025-07-12", [10_000_000])]
)
def test_months_owed_after_three_months_of_cover_take_no_line_away(
    tmp_path: Path, covered_from: str, expected: list[int]
) -> None:
    """They hold it. September and October are owed on 11 October, the day of the death."""
    world, worker = clean_world(), named("late payer")
    world.enroll(worker)
    world.add(
        enrollment.MembershipActivated,
        at(covered_from),
        worker_id=worker,
        programme_id=PROGRAMME,
        kpj="00000000009",
        covered_from=at(covered_from),
    )
    for month in ("2025-07", "2025-08"):
        world.bill(worker, month)
        world.pay(worker, month)
    claim_of(world, worker=worker)
    found = answered(world.archived(tmp_path), "benefits-recomputed")
    assert told(found, "expected") == expected


def test_a_correction_is_told_with_who_made_it(tmp_path: Path) -> None:
    world = clean_world()
    world.add(
        enrollment.ProgrammeAmended,
        at("2025-10-01"),
        programme_id=PROGRAMME,
        quotas=[],
        ceiling=20 * MONTH,
        amended_by="gubernur",
    )
    files = world.archived(tmp_path)
    found = answered(files, "who-changed-what", officer="gubernur", from_day="2025-10-01")
    assert told(found, "before") == [f"ceiling {18 * MONTH}"]
    assert answered(files, "who-changed-what", to_day="2025-09-30").rows == []


def test_a_finding_that_nobody_closed_is_told_after_its_days(tmp_path: Path) -> None:
    world = clean_world()
    world.add(audit.FindingRaised, at("2025-09-01"), finding_id=named("finding"))
    files = world.archived(tmp_path)
    assert told(answered(files, "findings-followed-up"), "days_open") == [44]
    assert answered(files, "findings-followed-up", days="44").rows == []
    world.add(
        audit.FindingAssigned, at("2025-09-02"), finding_id=named("finding"), due_on="2025-10-01"
    )
    overdue = world.archived(tmp_path / "overdue")
    assert told(answered(overdue, "findings-followed-up", days="44"), "due_on")
    world.add(audit.FindingClosed, at("2025-10-14"), finding_id=named("finding"))
    closed = world.archived(tmp_path / "closed")
    assert answered(closed, "findings-followed-up", days="1").rows == []


def test_the_sixteen_tests_of_the_auditor_each_have_a_question() -> None:
    references = " ".join(each.reference for each in duck.catalogue().values())
    asked = {n for n in range(1, 17) if f"test {n}" in references}
    assert asked == set(range(1, 17))


def test_a_timeline_holds_all_of_a_member_and_of_an_heir(clean: Path) -> None:
    types = told(answered(clean, "timeline", subject=str(DEAD)), "type")
    assert types[0] == "enrollment.worker-enrolled.v1"
    assert {"banking.account-opened.v1", "claims.claim-paid.v1"} <= set(types)
    heir = told(answered(clean, "timeline", subject=str(HEIR)), "type")
    assert {"claims.heir-registered.v1", "banking.payout-ordered.v1"} <= set(heir)
    officer = told(answered(clean, "timeline", subject="kepala"), "type")
    assert officer == ["claims.claim-approved.v1"]


def test_a_story_goes_to_the_cause_and_to_what_followed(tmp_path: Path) -> None:
    world = clean_world()
    (approved,) = (e for e in world.events if isinstance(e, claims.ClaimApproved))
    ordered = next(e for e in world.events if isinstance(e, banking.PayoutOrdered))
    files = world.archived(tmp_path)
    forward = answered(files, "story", event=str(approved.event_id))
    assert told(forward, "step") == [0, 1, 1, 1, 2, 2, 2]
    around = answered(files, "story", event=str(ordered.event_id))
    assert told(around, "step") == [-1, 0, 1]
    assert told(around, "event_id")[0] == approved.event_id


def test_the_state_on_a_day_knows_nothing_of_later(clean: Path) -> None:
    def heads(day: str) -> dict[Any, Any]:
        found = answered(clean, "as-of", day=day)
        return dict(zip(told(found, "what"), told(found, "heads"), strict=True))

    assert heads("2025-06-30") == {}
    assert heads("2025-07-02") == {"accounts": 3, "members in force": 3}
    assert heads("2025-10-13")["open claims"] == 1
    assert heads("2025-10-15") == {
        "accounts": 3, "members covered": 2, "members ended": 1, "members in force": 2,
    }  # fmt: skip
    assert len(answered(clean, "active-on", day="2025-10-13").rows) == len(WORKERS)
    assert DEAD not in told(answered(clean, "active-on", day="2025-10-15"), "worker_id")


def test_a_region_is_all_that_lies_under_it_and_no_other_words(clean: Path) -> None:
    def active(region: str) -> int:
        return len(answered(clean, "active-on", day="2025-10-13", region=region).rows)

    (village,) = set(told(answered(clean, "active-on", day="2025-10-13"), "village_code"))
    for region in (village[:2], village[:5], village[:8], village):
        assert active(region) == len(WORKERS)
    assert active("52") == active("53.99") == 0
    for words in ("5371", "zz", "53."):
        with pytest.raises(ParameterMalformed, match="region code such as"):
            questions.asked("active-on", {"day": "2025-10-13", "region": words})


def test_the_money_is_followed_from_the_deposit_to_the_heir(clean: Path) -> None:
    trail = answered(clean, "money-trail", subject=str(CLAIM))
    by_step = dict.fromkeys(told(trail, "step"), 0)
    for step, amount in zip(told(trail, "step"), told(trail, "amount"), strict=True):
        by_step[step] += amount
    assert by_step == {
        1: 18 * MONTH, 2: 12 * MONTH, 3: 4 * MONTH, 4: 42_000_000, 6: 42_000_000,
    }  # fmt: skip
    assert answered(clean, "money-trail", subject=str(named("2025-07"))).rows


def test_a_question_that_does_not_exist_or_lacks_a_value_is_refused() -> None:
    with pytest.raises(QuestionUnknown, match="timeline"):
        questions.asked("nothing", {})
    with pytest.raises(ParameterMissing, match="subject"):
        questions.asked("timeline", {})
