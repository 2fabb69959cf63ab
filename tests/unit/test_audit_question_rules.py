"""The catalogue's files are read, and what people give is refused with words that help."""

from datetime import date
from uuid import UUID

import pytest

from contracts.catalogue import EVENTS
from services.audit.rules import record
from services.audit.rules.questions import (
    CatalogueBroken,
    ParameterMalformed,
    ParameterMissing,
    ParameterUnknown,
    QuestionUnknown,
    found,
    question,
    values,
)

FILE = """-- name: late
-- theme: claims
-- title: What came late
-- shows: Everything that
--   came late.
-- rests on: Days.
-- reference: domain 7.3 test 12
-- parameter: claim uuid; The claim
-- parameter: days number = 30; Days; or more
-- parameter: day day = none; The day
-- parameter: month month = 2025-07; The month
-- parameter: words text = none; Words
SELECT $claim, $days, $day, $month, $words -- nothing
"""
CLAIM = "5f0c954e-8d3c-4e8b-9b0a-1d2f3a4b5c6d"


def test_a_file_is_read_with_its_lines_that_go_on() -> None:
    read = question(FILE)
    assert (read.name, read.shows) == ("late", "Everything that came late.")
    assert read.sql == "SELECT $claim, $days, $day, $month, $words -- nothing"
    assert [(p.name, p.kind, p.default) for p in read.parameters] == [
        ("claim", "uuid", None), ("days", "number", "30"), ("day", "day", "none"),
        ("month", "month", "2025-07"), ("words", "text", "none"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("-- title: What came late\n", ""),
        ("$days, ", ""),
        ("SELECT ", "SELECT $other, "),
        ("-- parameter: claim uuid;", "-- parameter: claim thing;"),
        ("-- title:", "--title:"),
        ("-- theme: claims", "-- theme: nothing"),
    ],
)
def test_a_file_that_does_not_say_what_it_must_is_refused(was: str, becomes: str) -> None:
    with pytest.raises(CatalogueBroken):
        question(FILE.replace(was, becomes))


def test_values_are_read_by_their_kinds_and_what_is_left_out_has_its_default() -> None:
    given = {"claim": CLAIM, "day": "2025-09-03", "words": " "}
    assert values(question(FILE), given) == {
        "claim": UUID(CLAIM), "days": 30, "day": date(2025, 9, 3), "month": "2025-07",
        "words": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "refusal", "words"),
    [
        ({}, ParameterMissing, "late needs claim: The claim"),
        ({"claim": CLAIM, "clam": "x"}, ParameterUnknown, "claim, day, days, month, words"),
        ({"claim": "x"}, ParameterMalformed, "claim: expected an id"),
        ({"claim": CLAIM, "day": "3.9.2025"}, ParameterMalformed, "day: expected a day"),
        ({"claim": CLAIM, "days": "1e9"}, ParameterMalformed, "days: expected a whole number"),
        ({"claim": CLAIM, "month": "2025-13"}, ParameterMalformed, "month: expected a month"),
        ({"claim": CLAIM, "words": "x" * 201}, ParameterMalformed, "words: expected at most 200"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_was_expected(
    given: dict[str, str], refusal: type[Exception], words: str
) -> None:
    with pytest.raises(refusal, match=words):
        values(question(FILE), given)


def test_an_unknown_question_is_refused_with_those_there_are() -> None:
    with pytest.raises(QuestionUnknown, match="late"):
        found({"late": question(FILE)}, "early")


def test_every_kind_of_event_has_a_view_of_its_own() -> None:
    views = record.event_views()
    assert len(views) == len(EVENTS)
    assert {"worker_enrolled", "banking_subject_key_read", "claims_subject_key_read"} <= set(views)


def test_what_is_sealed_stands_in_no_view() -> None:
    views = " ".join(record.event_views().values())
    assert "identity" not in views
    assert "$.before" not in views


def test_fields_that_name_an_officer_are_told_from_those_that_do_not() -> None:
    fields = record.officer_fields()
    assert {"approved_by", "filed_by", "deposited_by"} <= set(fields)
    assert "replaced_by" not in fields  # a worker
    assert "collected_by" not in fields  # holder or proxy
    assert fields["reported_by"] == ["enrollment.card-lost.v1"]  # of a claim: family, village ...
