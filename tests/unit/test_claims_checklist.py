"""The papers a claim needs: as the law lists them, and no habit holds a claim up."""

import csv
from importlib.resources import files
from typing import get_args

import pytest

from contracts.claims import ClaimKind, DocumentKind, HeirClass
from services.claims.rules.checklist import (
    checklist,
    may_override,
    missing_papers,
    missing_receipts,
)

KINDS: tuple[ClaimKind, ...] = get_args(ClaimKind)
BY_LAW = {"death-certificate", "heir-certificate", "member-card"}


def test_three_papers_suffice_for_a_plain_death() -> None:
    for heir_class in (1, 2, 3, 4):
        for purpose in ("clock", "verify", "pay"):
            assert missing_papers("death", HeirClass(heir_class), BY_LAW, for_=purpose) == []
    assert set(missing_papers("death", HeirClass(1), (), for_="verify")) == BY_LAW


def test_the_village_letter_opens_and_the_akta_pays() -> None:
    papers = {"village-death-letter", "heir-certificate", "member-card"}
    assert missing_papers("death", None, papers, for_="clock") == []
    assert missing_papers("death", HeirClass(1), papers, for_="verify") == ["death-certificate"]
    assert missing_papers("death", HeirClass(1), papers, for_="pay") == ["death-certificate"]
    assert may_override("death", HeirClass(1), papers) == {"death-certificate"}
    assert may_override("death", HeirClass(1), ()) == frozenset()


@pytest.mark.parametrize(
    ("heir_class", "extra", "may"), [(5, "will", False), (6, "funeral-receipt", True)]
)
def test_a_class_brings_a_paper_of_its_own(heir_class: int, extra: str, may: bool) -> None:
    of = HeirClass(heir_class)
    assert missing_papers("death", of, BY_LAW, for_="verify") == [extra]
    assert missing_papers("death", of, BY_LAW, for_="clock") == []
    assert (extra in may_override("death", of, BY_LAW)) is may


def test_an_accident_needs_the_papers_of_article_44() -> None:
    assert missing_papers("work-accident", None, (), for_="clock") == [
        "member-card", "member-ktp", "medical-certificate",
    ]  # fmt: skip
    assert set(missing_papers("work-accident-death", HeirClass(1), (), for_="verify")) == {
        "death-certificate", "heir-certificate", "member-card", "member-ktp",
        "medical-certificate",
    }  # fmt: skip


def test_what_an_assessment_counts_has_its_receipt() -> None:
    assessment = {"trips": [{"mode": "sea"}], "medical_cost": 1, "aids": []}
    assert missing_receipts(assessment, ()) == ["transport-receipt", "medical-receipt"]
    assert missing_receipts(assessment, ("medical-receipt",)) == ["transport-receipt"]
    assert missing_receipts({"trips": [], "medical_cost": 0, "aids": [{}]}, ()) == [
        "appliance-receipt"
    ]
    assert missing_receipts(None, ()) == []


def test_every_row_of_the_data_is_sound_and_says_where_it_comes_from() -> None:
    text = files("services.claims.rules").joinpath("checklist.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == len({(row["kind"], row["heir_class"], row["paper"]) for row in rows})
    for row in rows:
        assert row["kind"] in KINDS
        assert row["paper"] in get_args(DocumentKind)
        assert row["heir_class"] in {"any", *(str(each.value) for each in HeirClass)}
        assert row["instead"] in {"", *get_args(DocumentKind)}
        assert row["override"] in {"yes", "no", "with-instead"}
        assert {row[name] for name in ("clock", "verify", "pay", "verified")} <= {"yes", "no"}
        assert row["source"], row


def test_a_paper_that_holds_a_claim_up_names_its_article() -> None:
    for kind in KINDS:
        for heir_class in HeirClass:
            for row in checklist(kind, heir_class):
                assert row.article or not row.needed_for, row
