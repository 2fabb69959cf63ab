"""Rules of the file: the report, the papers, the verification."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from contracts.claims import Injury
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.types import ClaimId, WorkerId
from services.claims.rules import assessments, documents, filing, reports
from services.claims.rules.claims import HeldClaim
from services.claims.rules.documents import KnownDocument, Paper
from services.claims.rules.filing import CaseFile
from services.claims.rules.reports import Filing, Report

NOW = datetime(2025, 10, 22, 1, 0, tzinfo=UTC)
CAUSE = Cause(UUID(int=1), UUID(int=2))
CLAIM, WORKER = ClaimId(UUID(int=3)), WorkerId(UUID(int=4))
DIED_ON, TODAY = date(2025, 10, 11), date(2025, 10, 22)
DEATH = Report("death", died_on=DIED_ON)
INJURY = Report("work-accident", happened_on=DIED_ON)


def filed(report: Report = DEATH, *, now: datetime = NOW, open_claim: UUID | None = None) -> Any:
    return reports.file_claim(
        report, Filing(CLAIM, WORKER, "K-0000-0000"),
        open_claim=open_claim, cause=CAUSE, officer="clerk", now=now,
    )  # fmt: skip


def held(report: Report = DEATH, **changed: Any) -> HeldClaim:
    return replace(reports.just_filed(filed(report)), **changed)


def slug_of(call: Any, *args: Any, **more: Any) -> str:
    with pytest.raises(Refused) as told:
        call(*args, **more)
    return told.value.slug


def test_a_report_becomes_the_claim_that_is_held() -> None:
    claim = held()
    assert (claim.state, claim.filed_by, claim.filed_at) == ("filed", "clerk", NOW)
    assert (claim.died_on, claim.living, claim.verified_by) == (DIED_ON, None, None)


@pytest.mark.parametrize(
    "report",
    [
        Report("death"),
        Report("death", died_on=DIED_ON, happened_on=DIED_ON),
        Report("work-accident"),
        Report("work-accident", died_on=DIED_ON, happened_on=DIED_ON),
        Report("work-accident-death", died_on=DIED_ON),
        Report("work-accident-death", happened_on=DIED_ON),
        Report("work-accident-death", died_on=DIED_ON, happened_on=date(2025, 10, 12)),
        Report("death", died_on=DIED_ON, admitted_on=date(2025, 10, 12)),
        # 16:00 UTC is midnight in Kupang, and so the day after
        Report("death", died_on=DIED_ON, happened_at=datetime(2025, 10, 11, 16, tzinfo=UTC)),
    ],
)
def test_days_that_do_not_go_together_are_refused(report: Report) -> None:
    assert slug_of(filed, report) == "report-inconsistent"


@pytest.mark.parametrize("kind", ["death", "work-accident-death"])
def test_nobody_dies_tomorrow(kind: Any) -> None:
    tomorrow = date(2025, 10, 23)
    happened_on = None if kind == "death" else DIED_ON
    late = Report(kind, died_on=tomorrow, happened_on=happened_on)
    assert slug_of(filed, late) == "day-in-future"
    assert filed(replace(late, died_on=TODAY)).died_on == TODAY
    # at 16:00 UTC tomorrow has begun in Kupang
    assert filed(late, now=datetime(2025, 10, 22, 16, tzinfo=UTC)).died_on == tomorrow


def test_an_hour_in_kupang_may_be_of_the_day_before_in_utc() -> None:
    at = datetime(2025, 10, 10, 17, tzinfo=UTC)
    assert filed(replace(DEATH, happened_at=at)).happened_at == at


def test_an_accident_is_reported_within_five_years_and_a_death_at_any_time() -> None:
    at = datetime(2030, 10, 11, 1, tzinfo=UTC)
    after = datetime(2030, 10, 12, 1, tzinfo=UTC)
    assert filed(INJURY, now=at).happened_on == DIED_ON
    assert slug_of(filed, INJURY, now=after) == "claim-out-of-time"
    assert filed(replace(INJURY, excuse="in a coma"), now=after).excuse == "in a coma"
    assert filed(DEATH, now=after).died_on == DIED_ON


def test_an_open_claim_refuses_another_and_a_wrong_report_is_told_first() -> None:
    assert slug_of(filed, open_claim=UUID(int=9)) == "claim-already-open"
    assert slug_of(filed, Report("death"), open_claim=UUID(int=9)) == "report-inconsistent"


def paper(kind: Any = "death-certificate", **changed: Any) -> Paper:
    usual = Paper(kind, "Dukcapil", DIED_ON, "a" * 64, "application/pdf", 9)
    return usual._replace(**changed)


def known(kind: str, number: int = 7, *, sha256: str = "b" * 64, good: bool | None = None) -> Any:
    return KnownDocument(UUID(int=number), kind, sha256, 9, good)


def attach(claim: HeldClaim, new: Paper, *before: KnownDocument) -> Any:
    return documents.attach_document(
        claim, new, known=before, cause=CAUSE, officer="clerk", now=NOW
    )


def test_the_newest_akta_counts_and_receipts_stand_side_by_side() -> None:
    first = known("death-certificate")
    assert attach(held(), paper(), first).replaces == first.document_id
    receipt = known("transport-receipt")
    assert attach(held(), paper("transport-receipt"), receipt).replaces is None
    assert attach(held(state="returned"), paper()).replaces is None


def test_after_the_verification_nothing_seen_is_exchanged() -> None:
    verified = held(state="verified")
    assert slug_of(attach, verified, paper("heir-certificate")) == "claim-in-other-state"
    seen = known("death-certificate")
    assert slug_of(attach, verified, paper(), seen) == "document-verified"
    assert attach(verified, paper(), known("village-death-letter")).replaces is None
    assert attach(held(state="paid"), paper("school-certificate")).kind == "school-certificate"


def test_a_paper_of_tomorrow_and_one_too_many_are_refused() -> None:
    assert slug_of(attach, held(), paper(issued_on=date(2025, 10, 23))) == "issued-in-future"
    assert attach(held(), paper(issued_on=TODAY)).issued_on == TODAY
    many = [known("other", number) for number in range(documents.DOCUMENTS_MAX)]
    assert slug_of(attach, held(), paper(), *many) == "too-many-documents"


def test_the_same_scan_is_the_same_document_of_its_kind_only() -> None:
    same = known("death-certificate", sha256="a" * 64)
    assert documents.same_scan(paper(), [same]) == same
    assert documents.same_scan(paper("other"), [same]) is None
    assert slug_of(documents.same_scan, paper(), [same._replace(is_good=False)]) == (
        "document-faulty"
    )


@pytest.mark.parametrize(
    ("content", "declared", "found"),
    [
        (b"%PDF-1.7", "application/pdf", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "image/jpeg", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png; q=1", "image/png"),
        (b"", "application/pdf", "scan-empty"),
        (b"%PDF-1.7", "image/png", "scan-type-unknown"),
        (b"%PDF-1.7", "", "scan-type-unknown"),
        (b"MZ\x90", "application/pdf", "scan-type-unknown"),
        (b" %PDF-1.7", "application/pdf", "scan-type-unknown"),
        (b"\x89PNG", "image/png", "scan-type-unknown"),
        (b"<svg/>", "image/svg+xml", "scan-type-unknown"),
    ],
)
def test_a_scan_is_what_its_bytes_say(content: bytes, declared: str, found: str) -> None:
    try:
        told: str = documents.media_type_of(content, declared=declared)
    except Refused as refused:
        told = refused.slug
    assert told == found


def heir(**changed: Any) -> Any:
    """A party as rows have it."""
    usual = {
        "party_id": UUID(int=20), "heir_class": 1, "role": "heir", "relation": "child",
        "is_minor": False, "guardian_id": None, "person_mark": None,
    }  # fmt: skip
    return type("Row", (), usual | changed)()


FILE = CaseFile(
    [known("death-certificate", 7), known("heir-certificate", 6), known("member-card", 8)], [heir()]
)


def verify(claim: HeldClaim, file: CaseFile = FILE, *, officer: str = "checker",
           override: str | None = None, funeral_paid_elsewhere: bool = False) -> Any:  # fmt: skip
    said = filing.Verification(override, funeral_paid_elsewhere)
    return filing.verify(claim, file, said, cause=CAUSE, officer=officer, now=NOW)


def test_a_verification_names_what_was_seen_in_one_order() -> None:
    verified = verify(held(living={"1": 1}))
    assert [each.document_id.int for each in verified.documents] == [6, 7, 8]
    assert (verified.died_on, verified.override) == (DIED_ON, None)


def test_who_filed_a_claim_cannot_verify_it_and_states_are_kept() -> None:
    assert slug_of(verify, held(living={"1": 1}), officer="clerk") == "same-officer"
    for state in ("returned", "verified", "approved", "rejected", "paid"):
        assert slug_of(verify, held(living={"1": 1}, state=state)) == "claim-in-other-state"


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_no_override_replaces_a_paper_of_the_law(gone: int) -> None:
    left = [each for place, each in enumerate(FILE.documents) if place != gone]
    file = FILE._replace(documents=left)
    assert slug_of(verify, held(living={"1": 1}), file, override="lost") == "documents-missing"


def test_of_a_member_who_lives_nobody_paid_the_funeral() -> None:
    assert verify(held(living={"1": 1}), funeral_paid_elsewhere=True).funeral_paid_elsewhere
    papers = [known(kind, 9) for kind in ("member-card", "member-ktp", "medical-certificate")]
    lives = held(kind="work-accident", died_on=None, happened_on=DIED_ON)
    file = CaseFile([*papers, known("accident-report-1", 4)], [heir(role="member")])
    assert slug_of(verify, lives, file, funeral_paid_elsewhere=True) == "no-funeral"


def test_a_village_letter_with_words_on_record_verifies() -> None:
    papers = [known("village-death-letter", 5), *FILE.documents[1:]]
    file = FILE._replace(documents=papers)
    assert slug_of(verify, held(living={"1": 1}), file) == "documents-missing"
    assert verify(held(living={"1": 1}), file, override="no Dukcapil office").override is not None


def test_faulty_papers_missing_heirs_and_lost_powers_stop_a_verification() -> None:
    faulty = FILE._replace(documents=[*FILE.documents, known("other", 30, good=False)])
    assert slug_of(verify, held(living={"1": 1}), faulty) == "document-faulty"
    assert slug_of(verify, held(living={"1": 2})) == "heir-missing"
    assert slug_of(verify, held()) == "family-unrecorded"
    shares = {
        "whole": 1, "shares": [{"party_id": str(UUID(int=20)), "parts": 1}],
        "power_of_attorney": str(UUID(int=40)),
    }  # fmt: skip
    claim = held(living={"1": 1}, shares=shares)
    assert slug_of(verify, claim) == "power-of-attorney-missing"
    signed = [*FILE.documents, known("power-of-attorney", 40)]
    assert verify(claim, FILE._replace(documents=signed)).documents[-1].document_id.int == 40


def assess(claim: HeldClaim, **changed: Any) -> Any:
    assessment = assessments.Assessment(medical_document=UUID(int=50))._replace(**changed)
    papers = {UUID(int=50): "medical-certificate", UUID(int=51): "other"}
    return assessments.assess(
        claim, assessment, papers=papers, cause=CAUSE, officer="clerk", now=NOW
    )


def test_an_assessment_rests_on_a_doctors_paper_and_possible_losses() -> None:
    arms = tuple(
        Injury(code=f"arm-from-{part}")
        for part in ("shoulder-right", "shoulder-left", "elbow-right")
    )
    assert slug_of(assess, held(INJURY), injuries=arms) == "disability-sum-too-large"
    assert assess(held(INJURY), injuries=arms[:2]).injuries == arms[:2]
    assert slug_of(assess, held()) == "no-accident"
    assert slug_of(assess, held(INJURY), medical_document=UUID(int=51)) == "medical-paper-missing"
    assert slug_of(assess, held(INJURY, state="verified")) == "claim-in-other-state"
    assert slug_of(assess, held(INJURY), injuries=(Injury(code="no-such-loss"),)) == (
        "disability-unknown"
    )
    thumbs = (Injury(code="thumb-left"), Injury(code="thumb-left"))
    assert slug_of(assess, held(INJURY), injuries=thumbs) == "disability-percent-wrong"
    assert slug_of(assess, held(INJURY), is_sudden_death=True) == "assessment-inconsistent"
    ended_on = date(2025, 9, 20)
    assert slug_of(assess, held(INJURY), work_ended_on=ended_on) == "assessment-inconsistent"
    disease = {"is_disease": True, "work_ended_on": ended_on}
    assert assess(held(INJURY), **disease).work_ended_on == ended_on
    disease["work_ended_on"] = date(2027, 1, 1)
    assert slug_of(assess, held(INJURY), **disease) == "assessment-inconsistent"
    before = date(2025, 10, 10)
    assert slug_of(assess, held(INJURY), unable_from=before) == "assessment-inconsistent"
    assert assess(held(INJURY), unable_from=DIED_ON, days_unable=9).days_unable == 9


def test_a_replaced_medical_paper_is_assessed_again() -> None:
    claim = held(INJURY, assessment={"medical_document": str(UUID(int=50))})
    member = heir(role="member", heir_class=6)
    papers = [
        known("member-card", 1), known("member-ktp", 2), known("medical-certificate", 50),
    ]  # fmt: skip
    assert verify(claim, CaseFile(papers, [member])).died_on is None
    newer = [*papers[:2], known("medical-certificate", 51)]
    assert slug_of(verify, claim, CaseFile(newer, [member])) == "assessment-outdated"
    assert slug_of(verify, claim, CaseFile(papers, [])) == "heir-missing"
