"""What claims decides, from values alone: the benefit, the term, the steps, who may take them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import working_days
from contracts.claims import (
    Benefit,
    BenefitLine,
    ClaimApproved,
    ClaimFiled,
    ClaimRejected,
    ClaimVerified,
    DocumentAttached,
    HeirClass,
    HeirRegistered,
)
from contracts.event import Cause
from contracts.sealed import Sealed
from contracts.types import ClaimId, PartyId, WorkerId
from services.claims.rules import claims, decisions, heirs
from services.claims.rules.benefits import (
    Cover,
    DeathBenefit,
    NotCoveredOnDayOfDeath,
    PaidMonth,
    death_benefit,
    months_paid_in_a_row,
    needs_confirmation,
)
from services.claims.rules.months import due_on, month_before, months_later
from services.claims.rules.term import Term, term

COVERED_FROM = datetime(2025, 7, 3, 2, 0, tzinfo=UTC)
"""The third of July, ten o'clock in Kupang: the waiting time ends on 3 October."""
NOW = datetime(2025, 10, 22, 1, 0, tzinfo=UTC)
CAUSE = Cause(UUID(int=1), UUID(int=2))
PAYEE = PartyId(UUID(int=3))
CHILD, PARENT, NOBODY = (
    HeirClass.SPOUSE_OR_CHILD,
    HeirClass.PARENT_OR_GRANDCHILD,
    HeirClass.NONE,
)
WHOLE: dict[Benefit, int] = {"lump-sum": 20_000_000, "periodic": 12_000_000, "funeral": 10_000_000}
FUNERAL: dict[Benefit, int] = {"funeral": 10_000_000}
PAID_ON = {"2025-07": 3, "2025-08": 4, "2025-09": 3, "2025-10": 3}
ALL_PAPERS: set[str] = set(claims.PAPERS)
CLAIM = claims.HeldClaim(
    claim_id=ClaimId(UUID(int=4)),
    worker_id=WorkerId(UUID(int=5)),
    state="filed",
    died_on=date(2025, 10, 11),
    filed_by="clerk",
    verified_by=None,
)
VERIFIED = replace(CLAIM, state="verified", verified_by="checker")


def paid(months: Iterable[str] = PAID_ON) -> tuple[PaidMonth, ...]:
    return tuple(
        PaidMonth(month, datetime.fromisoformat(f"{month}-{PAID_ON[month]:02}T10:00+08:00"))
        for month in months
    )


def benefit(
    died_on: date, *, months: Iterable[str] = PAID_ON, heir_class: HeirClass = CHILD
) -> DeathBenefit:
    return death_benefit(Cover(COVERED_FROM, paid(months)), died_on=died_on, heir_class=heir_class)


@pytest.mark.parametrize(
    ("died_on", "amounts"),
    [
        (date(2025, 7, 3), FUNERAL),
        (date(2025, 10, 2), FUNERAL),
        (date(2025, 10, 3), WHOLE),
        (date(2025, 10, 4), WHOLE),
    ],
)
def test_the_whole_package_begins_three_months_to_the_day_after_the_cover(
    died_on: date, amounts: dict[Benefit, int]
) -> None:
    assert benefit(died_on).amounts == amounts


@pytest.mark.parametrize(
    ("died_on", "looks"),
    [
        (date(2025, 9, 25), False),
        (date(2025, 9, 26), True),
        (date(2025, 10, 2), True),
        (date(2025, 10, 3), True),
        (date(2025, 10, 10), True),
        (date(2025, 10, 11), False),
        (date(2025, 7, 3), True),
        (date(2025, 7, 4), False),
    ],
)
def test_a_person_looks_within_seven_days_of_the_boundary_and_on_the_first_day(
    died_on: date, looks: bool
) -> None:
    assert bool(needs_confirmation(benefit(died_on).explanation)) == looks


@pytest.mark.parametrize("covered_from", [COVERED_FROM, None])
def test_nothing_is_due_for_a_death_outside_the_cover(covered_from: datetime | None) -> None:
    with pytest.raises(NotCoveredOnDayOfDeath):
        death_benefit(
            Cover(covered_from, paid()), died_on=date(2025, 7, 2), heir_class=HeirClass.SIBLING
        )


def test_the_cover_begins_on_the_day_in_kupang_not_in_greenwich() -> None:
    night = Cover(datetime(2025, 7, 3, 17, 0, tzinfo=UTC), paid())  # 4 July, 1 o'clock in Kupang
    with pytest.raises(NotCoveredOnDayOfDeath):
        death_benefit(night, died_on=date(2025, 7, 3), heir_class=CHILD)
    found = death_benefit(night, died_on=date(2025, 10, 3), heir_class=CHILD)
    assert (found.amounts, found.explanation.waiting_ends_on) == (FUNERAL, date(2025, 10, 4))


def test_a_broken_row_of_months_gives_the_funeral_benefit_only() -> None:
    found = benefit(date(2025, 10, 20), months=("2025-07", "2025-09", "2025-10"))
    assert (found.amounts, found.explanation.months_paid) == (FUNERAL, 2)
    assert "three months paid in a row (Permenaker 1/2025), here 2" in found.explanation.outcome


@pytest.mark.parametrize(
    ("died_on", "months", "count"),
    [
        (date(2025, 10, 11), PAID_ON, 4),
        (date(2025, 10, 2), PAID_ON, 3),
        (date(2025, 10, 15), ("2025-07", "2025-08", "2025-09"), 3),
        (date(2025, 10, 16), ("2025-07", "2025-08", "2025-09"), 0),
        (date(2025, 10, 11), ("2025-07", "2025-08", "2025-10"), 1),
        (date(2025, 8, 3), ("2025-07", "2025-08"), 1),
        (date(2025, 8, 4), ("2025-07", "2025-08"), 2),
        (date(2025, 7, 2), ("2025-07",), 0),
    ],
)
def test_months_count_when_paid_in_time_and_without_a_break(
    died_on: date, months: Iterable[str], count: int
) -> None:
    assert months_paid_in_a_row(paid(months), died_on=died_on) == count


def test_a_month_paid_after_the_death_repairs_nothing() -> None:
    late = PaidMonth("2025-08", datetime(2025, 10, 20, tzinfo=UTC))
    months = (*paid(("2025-07", "2025-09", "2025-10")), late)
    assert months_paid_in_a_row(months, died_on=date(2025, 10, 11)) == 2


def test_the_explanation_says_the_facts_and_the_rule() -> None:
    late = Cover(datetime(2025, 9, 3, 2, 0, tzinfo=UTC), paid(("2025-09", "2025-10")))
    explanation = death_benefit(late, died_on=date(2025, 10, 13), heir_class=CHILD).explanation
    assert explanation.outcome == (
        "died 40 days after the cover began; the whole package needs three months "
        "(Permenaker 1/2025): funeral benefit only"
    )
    assert explanation.rule == "PP 44/2015 art. 34 as amended by PP 82/2019; Permenaker 1/2025"
    assert (explanation.waiting_ends_on, explanation.months_paid) == (date(2025, 12, 3), 2)
    whole = benefit(date(2025, 10, 11)).explanation
    assert whole.outcome == "died 100 days after the cover began: the whole package"
    assert "1 day after" in benefit(date(2025, 7, 4)).explanation.outcome


def test_without_heirs_only_the_funeral_has_a_payee() -> None:
    found = benefit(date(2025, 10, 11), heir_class=NOBODY)
    assert found.amounts == FUNERAL
    assert "no heirs" in found.explanation.outcome


@given(
    covered_on=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    lived_days=st.integers(min_value=0, max_value=400),
    heir_class=st.sampled_from(HeirClass),
)
def test_a_benefit_is_the_whole_package_or_the_funeral_and_says_so_in_a_line(
    covered_on: date, lived_days: int, heir_class: HeirClass
) -> None:
    began = datetime(covered_on.year, covered_on.month, covered_on.day, tzinfo=UTC)
    died_on = covered_on + timedelta(days=lived_days)
    months = {f"{covered_on + timedelta(days=day):%Y-%m}" for day in range(lived_days + 1)}
    cover = Cover(began, tuple(PaidMonth(month, began) for month in months))
    found = death_benefit(cover, died_on=died_on, heir_class=heir_class)
    whole = died_on >= months_later(covered_on, 3) and heir_class != HeirClass.NONE
    assert found.amounts == (WHOLE if whole else FUNERAL)


def test_months_and_days_of_the_calendar() -> None:
    assert month_before("2025-01") == "2024-12"
    assert months_later(date(2025, 11, 30), 3) == date(2026, 2, 28)
    assert months_later(date(2025, 10, 3), 3) == date(2026, 1, 3)
    assert due_on("2025-11") == date(2025, 11, 17)  # the 15th is a Saturday
    assert working_days.after(date(2025, 10, 22), days=3) == date(2025, 10, 27)
    assert working_days.after(date(2025, 12, 23), days=1) == date(2025, 12, 24)
    assert working_days.after(date(2025, 12, 24), days=1) == date(2025, 12, 26)  # after Christmas


def test_the_term_is_three_working_days_from_the_last_of_the_four_papers() -> None:
    friday = datetime(2025, 10, 17, 1, 0, tzinfo=UTC)
    arrived = dict.fromkeys(ALL_PAPERS, friday - timedelta(days=9)) | {"application": friday}
    due = date(2025, 10, 22)
    assert term(arrived, paid_at=None) == Term(friday, due, kept=None)
    evening = datetime(2025, 10, 22, 15, 59, tzinfo=UTC)  # 23:59 in Kupang
    assert term(arrived, paid_at=evening) == Term(friday, due, kept=True)
    assert term(arrived, paid_at=evening + timedelta(minutes=1)) == Term(friday, due, kept=False)
    del arrived["member-card"]
    assert term(arrived, paid_at=None) is None


def test_one_death_has_one_claim() -> None:
    with pytest.raises(claims.ClaimAlreadyOpen):
        file_claim(date(2025, 10, 11), open_claim=UUID(int=9))


def test_nobody_died_tomorrow_and_today_is_kupangs() -> None:
    late_evening = datetime(2025, 10, 22, 16, 0, tzinfo=UTC)  # 23 October there
    assert file_claim(date(2025, 10, 23), now=late_evening).died_on == date(2025, 10, 23)
    with pytest.raises(claims.DiedInFuture):
        file_claim(date(2025, 10, 24), now=late_evening)


def file_claim(died_on: date, *, open_claim: UUID | None = None, now: datetime = NOW) -> ClaimFiled:
    return claims.file_claim(
        CLAIM.worker_id, died_on=died_on, open_claim=open_claim, cause=CAUSE, officer="c", now=now
    )


@pytest.mark.parametrize(("heir", "registered"), [(CHILD, PARENT), (PARENT, CHILD)])
def test_a_class_is_refused_beside_another_whichever_is_higher(
    heir: HeirClass, registered: HeirClass
) -> None:
    assert register(heir, beside=heir).heir_class == heir
    with pytest.raises(heirs.HeirClassMixed):
        register(heir, beside=registered)


def register(
    heir: HeirClass, *, beside: HeirClass, claim: claims.HeldClaim = CLAIM
) -> HeirRegistered:
    sealed = Sealed(
        subject=PAYEE, holder="claims", kind="heir-identity", version=1,
        nonce=bytes(12), ciphertext=bytes(20),
    )  # fmt: skip
    party = heirs.Party(PAYEE, heir, "open-here", sealed)
    return heirs.register_heir(
        claim, party, classes={beside}, cause=CAUSE, officer="clerk", now=NOW
    )


def attach(issued_on: date, *, claim: claims.HeldClaim = CLAIM) -> DocumentAttached:
    paper = claims.Paper("application", "Dukcapil", issued_on, "0" * 64)
    current = {"application": UUID(int=7), "member-card": UUID(int=8)}
    return claims.attach_document(
        claim, paper, current=current, cause=CAUSE, officer="clerk", now=NOW
    )


def test_a_paper_takes_the_place_of_the_one_of_its_kind() -> None:
    assert attach(date(2025, 10, 22)).replaces == UUID(int=7)
    with pytest.raises(claims.IssuedInFuture):
        attach(date(2025, 10, 23))


def verify(
    documents: set[str], *, heirs: int = 1, claim: claims.HeldClaim = CLAIM
) -> ClaimVerified:
    return claims.verify(
        claim, documents=documents, heirs=heirs, cause=CAUSE, officer="checker", now=NOW
    )


@pytest.mark.parametrize("kind", claims.PAPERS)
def test_each_paper_of_the_law_has_to_be_there(kind: str) -> None:
    with pytest.raises(claims.DocumentsMissing, match=f": {kind}$"):
        verify(ALL_PAPERS - {kind})


def test_a_claim_without_an_heir_is_not_verified() -> None:
    assert verify(ALL_PAPERS).verified_by == "checker"
    with pytest.raises(claims.HeirMissing):
        verify(ALL_PAPERS, heirs=0)


@pytest.mark.parametrize("state", ["verified", "approved", "rejected", "paid"])
def test_nothing_is_added_once_a_claim_is_verified(state: claims.ClaimState) -> None:
    past = replace(CLAIM, state=state)
    for step in (
        lambda: register(CHILD, beside=CHILD, claim=past),
        lambda: attach(NOW.date(), claim=past),
        lambda: verify(ALL_PAPERS, claim=past),
    ):
        with pytest.raises(claims.ClaimInOtherState):
            step()


def approve(
    claim: claims.HeldClaim = VERIFIED,
    *,
    officer: str = "head",
    confirmation: str | None = None,
    payee_id: UUID = PAYEE,
) -> ClaimApproved:
    return decisions.approve(
        claim,
        decisions.Approval(payee_id, confirmation, officer),
        cover=Cover(COVERED_FROM, paid()),
        heirs={PAYEE: CHILD},
        cause=CAUSE,
        now=NOW,
    )


def test_an_approval_says_what_goes_to_whom_and_why() -> None:
    approved = approve()
    assert approved.lines == tuple(
        BenefitLine(benefit=line, amount=amount, payee_id=PAYEE) for line, amount in WHOLE.items()
    )
    assert (approved.approved_by, approved.confirmation) == ("head", None)
    assert approved.explanation == benefit(date(2025, 10, 11)).explanation


@pytest.mark.parametrize("officer", ["clerk", "checker"])
def test_who_filed_or_verified_decides_nothing(officer: str) -> None:
    with pytest.raises(decisions.SameOfficer):
        approve(officer=officer)
    with pytest.raises(decisions.SameOfficer):
        reject(officer=officer)


def test_only_a_party_of_the_claim_is_paid() -> None:
    with pytest.raises(decisions.PayeeUnknown):
        approve(payee_id=UUID(int=99))


def test_near_the_boundary_the_officer_says_why() -> None:
    near = replace(VERIFIED, died_on=date(2025, 10, 10))
    with pytest.raises(decisions.BoundaryNeedsConfirmation):
        approve(near)
    assert approve(near, confirmation="seen with the village").confirmation is not None


@pytest.mark.parametrize("state", ["filed", "approved", "rejected", "paid"])
def test_only_a_verified_claim_is_approved(state: claims.ClaimState) -> None:
    with pytest.raises(claims.ClaimInOtherState):
        approve(replace(VERIFIED, state=state))


def reject(claim: claims.HeldClaim = VERIFIED, *, officer: str = "head") -> ClaimRejected:
    return decisions.reject(claim, reason="not covered", cause=CAUSE, officer=officer, now=NOW)


def test_a_claim_is_rejected_until_it_is_decided() -> None:
    assert reject(CLAIM).reason == reject(VERIFIED).reason == "not covered"
    for state in ("approved", "rejected", "paid"):
        with pytest.raises(claims.ClaimInOtherState):
            reject(replace(VERIFIED, state=state))
