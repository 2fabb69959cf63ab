"""How long data are kept, and the answer that the law asks for when somebody wants to be erased."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.operations.rosters.staging import FINDINGS_KEPT
from services.enrollment.rules.privacy import (
    ErasureClaimOpen,
    ErasureMembershipInForce,
    ErasureNotAllowed,
    ErasureRetentionRuns,
    Standing,
    check_erasable,
    erasure_answer,
)
from services.enrollment.rules.retention import (
    CLASSES,
    Held,
    Kept,
    last_to_end,
    reasons_to_keep,
    rule_of,
)

TODAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, 1, tzinfo=UTC)
NEVER = Held()
days = st.dates(date(2025, 1, 1), date(2026, 3, 1))
held = st.builds(
    Held, ever_covered=st.booleans(), covered_until=st.none() | days,
    last_paid_on=st.none() | days, died_on=st.none() | days,
)  # fmt: skip


def until(of: Held, *, on: date = TODAY) -> dict[str, date | None]:
    return {each.rule.slug: each.destroy_after for each in reasons_to_keep(of, on=on)}


@pytest.mark.parametrize(
    ("of", "kept"),
    [
        (NEVER, {}),
        (Held(ever_covered=True), {"work-accident-claims": None}),
        (
            Held(ever_covered=True, covered_until=date(2025, 12, 31)),
            {"work-accident-claims": date(2030, 12, 31)},
        ),
        (
            Held(ever_covered=True, covered_until=date(2024, 2, 29)),
            {"work-accident-claims": date(2029, 2, 28)},
        ),
        (Held(last_paid_on=date(2025, 7, 7)), {"financial-documents": date(2035, 12, 31)}),
        (Held(last_paid_on=date(2025, 12, 31)), {"financial-documents": date(2035, 12, 31)}),
        (Held(died_on=date(2025, 10, 22)), {"scholarships": date(2048, 10, 22)}),
    ],
)
def test_data_are_kept_as_long_as_their_law_asks(of: Held, kept: dict[str, date | None]) -> None:
    assert until(of) == kept


@given(held)
def test_the_last_reason_is_the_last_and_none_when_all_are_over(of: Held) -> None:
    reasons = reasons_to_keep(of, on=TODAY)
    last = last_to_end(reasons, on=TODAY)
    still = [each for each in reasons if not over(each)]
    if last is None:
        assert still == []
    elif last.destroy_after is None:
        assert last in still
    else:
        ends = [each.destroy_after for each in still]
        assert None not in ends
        assert last.destroy_after == max(end for end in ends if end)


def over(kept: Kept) -> bool:
    return kept.destroy_after is not None and kept.destroy_after < TODAY


@given(held)
def test_a_person_can_be_erased_exactly_when_no_reason_holds(of: Held) -> None:
    erasable = all(over(each) for each in reasons_to_keep(of, on=TODAY))
    answer = erasure_answer(Standing(open_claims=0, in_force=0, held=of), now=NOW)
    assert (answer.outcome == "granted") is erasable


@pytest.mark.parametrize(
    ("standing", "refusal"),
    [
        (Standing(1, 1, NEVER), ErasureClaimOpen),
        (Standing(0, 1, NEVER), ErasureMembershipInForce),
        (Standing(0, 0, Held(ever_covered=True)), ErasureRetentionRuns),
    ],
)
def test_each_ground_has_a_name_of_its_own_and_names_the_law(
    standing: Standing, refusal: type[ErasureNotAllowed]
) -> None:
    with pytest.raises(refusal) as refused:
        check_erasable(standing, now=NOW)
    assert (refused.value.status, refused.value.retryable) == (409, False)
    assert refused.value.slug.startswith("erasure-not-allowed-")
    answer = erasure_answer(standing, now=NOW)
    assert (answer.outcome, answer.legal_ground) == (
        "refused", "UU 27/2022 Pasal 15 ayat (1) huruf c",
    )  # fmt: skip
    assert answer.reason == refused.value.reason


def test_data_that_were_never_needed_are_erased_at_once() -> None:
    answer = erasure_answer(Standing(0, 0, NEVER), now=NOW)
    assert (answer.outcome, answer.legal_ground) == (
        "granted", "UU 27/2022 Pasal 43 ayat (1) huruf a",
    )  # fmt: skip


def test_the_last_day_ends_at_midnight_in_kupang() -> None:
    standing = Standing(0, 0, Held(ever_covered=True, covered_until=date(2021, 3, 1)))
    last_minute = datetime(2026, 3, 1, 15, 59, tzinfo=UTC)
    assert erasure_answer(standing, now=last_minute).until == TODAY
    assert erasure_answer(standing, now=last_minute + timedelta(minutes=1)).outcome == "granted"


def test_every_rule_names_its_source_and_whether_it_was_read_there() -> None:
    assert len({(each.slug, each.valid_from) for each in CLASSES}) == len(CLASSES)
    assert {each.slug for each in CLASSES if each.mark == "unverified"} == {
        "scholarships", "financial-documents", "bank-customers",
    }  # fmt: skip
    assert all(each.source and each.counted_from for each in CLASSES)


def test_a_rule_holds_from_its_day_on() -> None:
    assert rule_of("work-accident-claims", on=date(2019, 12, 2)).months == 60
    with pytest.raises(KeyError):
        rule_of("work-accident-claims", on=date(2019, 12, 1))


def test_rosters_are_destroyed_when_the_rule_says() -> None:
    assert timedelta(days=rule_of("rosters", on=TODAY).days) == FINDINGS_KEPT
