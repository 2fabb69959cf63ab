"""Each warning sign shows where its pattern is, and only there; the lot of reviews is fair."""

from datetime import UTC, date, datetime
from typing import Any, get_args
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.claims import WarningSign
from contracts.event import Cause
from contracts.types import ClaimId, WorkerId
from services.claims.adapters import graph_svg
from services.claims.rules import reviews
from services.claims.rules.graphs import NODES_MAX, ClaimLabel, Link, graph
from services.claims.rules.reviews import Decision, Lottery
from services.claims.rules.warning_patterns import patterns
from services.claims.rules.warning_signs import (
    FINDERS,
    LINKED_MAX,
    PAYMENT_FINDERS,
    Paper,
    PaymentTraits,
    TakenOut,
    Traits,
)
from services.claims.rules.warnings import (
    Known,
    findings,
    payment_findings,
    raised,
)

NOW = datetime(2025, 10, 22, tzinfo=UTC)
CAUSE = Cause(UUID(int=1), UUID(int=1))
CLAIM = Known(ClaimId(UUID(int=7)), WorkerId(UUID(int=8)))
OTHERS = tuple(UUID(int=number) for number in range(100, 130))
INNOCENT: dict[str, Any] = {
    "filed_by": "clerk", "died_on": date(2025, 10, 11), "event_day": date(2025, 10, 11),
    "covers_began": (date(2025, 7, 3),), "last_paid_month": "2025-10", "proposed_by": "village",
}  # fmt: skip


def signs(**changed: Any) -> list[WarningSign]:
    return [found.sign for found in findings(Traits(**INNOCENT | changed))]


def payment_signs(**told: Any) -> list[WarningSign]:
    return [found.sign for found in payment_findings(PaymentTraits(**told))]


def died(day: date) -> dict[str, Any]:
    return {"died_on": day, "event_day": day}


def test_nothing_is_said_of_a_claim_like_most() -> None:
    assert signs() == []
    assert signs(died_on=None) == []
    assert payment_signs(failures=("4031818 Inactive account",)) == []


SHOWN: list[tuple[WarningSign, dict[str, Any], dict[str, Any]]] = [
    ("death-soon-after-cover", died(date(2025, 10, 1)), died(date(2025, 10, 2))),
    ("death-soon-after-cover", {"covers_began": (date(2025, 1, 3), date(2025, 10, 1))}, {}),
    ("cover-after-admission", {"admitted_on": date(2025, 7, 3)},
     {"admitted_on": date(2025, 7, 4)}),
    ("cover-after-admission", {"admitted_on": date(2025, 6, 1)}, {}),
    ("death-before-cover", {"covers_began": (date(2025, 1, 3), date(2025, 10, 12))}, {}),
    ("months-paid-after-death", {"last_paid_month": "2025-11"}, {"last_paid_month": "2025-10"}),
    ("agent-in-many-claims", {"of_filer": OTHERS[:5]}, {"of_filer": OTHERS[:4]}),
    ("issuer-in-many-claims", {"of_issuers": {"dr. A": OTHERS[:5]}},
     {"of_issuers": {"dr. A": OTHERS[:4], "dr. B": OTHERS[4:8]}}),
    ("account-in-many-claims", {"shared": {"account": OTHERS[:1]}}, {"shared": {}}),
    ("phone-in-many-claims", {"shared": {"phone": OTHERS[:1]}}, {"shared": {}}),
    ("person-in-many-claims", {"shared": {"person": OTHERS[:1]}}, {"shared": {}}),
    ("document-used-before", {"shared": {"document": OTHERS[:1]}}, {"shared": {}}),
    ("heir-not-in-family-card",
     {"heirs_outside_card": 1, "papers": (Paper("heir-certificate", "Kelurahan Oebobo"),)},
     {"heirs_outside_card": 1, "papers": (Paper("will", "Notaris"),)}),
    ("heir-not-in-family-card", {"heirs_outside_card": 2},
     {"heirs_outside_card": 2,
      "papers": (Paper("heir-certificate", "PENGADILAN Agama Kupang"),)}),
    ("injury-and-death-open", {"open_beside": OTHERS[:1]}, {"open_beside": ()}),
    ("filed-by-proposer", {"proposed_by": "clerk"}, {"proposed_by": None}),
    ("payee-account-new", {"accounts_new": 1}, {"accounts_new": 0}),
]  # fmt: skip
"""A sign, what shows it, and what lies just beside and does not."""


@pytest.mark.parametrize(("sign", "shows", "beside"), SHOWN)
def test_a_sign_shows_where_its_pattern_is_and_only_there(
    sign: WarningSign, shows: dict[str, Any], beside: dict[str, Any]
) -> None:
    assert signs(**shows) == [sign]
    assert sign not in signs(**beside)


def test_an_account_under_another_name_is_a_sign() -> None:
    assert payment_signs(failures=("timeout", "name-differs: the account is held")) == [
        "payee-name-differs"
    ]


@pytest.mark.parametrize(
    ("taken", "shown"), [(38_000_000, True), (37_800_000, True), (37_799_999, False)]
)
def test_ninety_per_cent_taken_out_at_once_is_a_sign(taken: int, *, shown: bool) -> None:
    out = TakenOut(UUID(int=5), 42_000_000, taken)
    assert payment_signs(taken_out=(out,)) == ["payout-withdrawn-at-once"] * shown


def test_every_sign_has_a_function_a_pattern_with_source_and_an_example_here() -> None:
    every = set(get_args(WarningSign))
    assert {*FINDERS, *PAYMENT_FINDERS} == every == set(patterns())
    assert {sign for sign, *_ in SHOWN} == set(FINDERS)
    for pattern in patterns().values():
        assert pattern.source
        assert "\n" not in pattern.looks_for


def test_what_was_found_is_one_line_without_names() -> None:
    traits = Traits(
        **INNOCENT
        | {"of_issuers": {"dr. Maria Ndolu": OTHERS}, "of_filer": OTHERS}
        | {"proposed_by": "clerk", "shared": dict.fromkeys(("account", "phone"), OTHERS)}
    )
    found = list(raised(CLAIM, findings(traits), known=(), cause=CAUSE, now=NOW))
    assert len(found) == 5
    for event in found:
        assert "Maria" not in event.words
        assert "clerk" not in event.words
        assert len(event.linked_claims) <= LINKED_MAX


def test_the_same_finding_has_one_id_and_a_new_link_another() -> None:
    def ids(linked: tuple[UUID, ...], known: tuple[UUID, ...] = ()) -> list[UUID]:
        traits = Traits(**INNOCENT | {"shared": {"account": linked}})
        found = raised(CLAIM, findings(traits), known=known, cause=CAUSE, now=NOW)
        return [event.warning_id for event in found]

    (first,) = ids(OTHERS[:2])
    assert ids((OTHERS[1], OTHERS[0])) == [first]
    assert ids(OTHERS[:2], known=(first,)) == []
    assert ids(OTHERS[:3]) not in ([], [first])
    assert ids(OTHERS[:21]) == ids(OTHERS[1:22])


def decision(number: int) -> Decision:
    return Decision(ClaimId(UUID(int=number)), CLAIM.worker_id, UUID(int=10**9 + number))


@pytest.mark.parametrize("share", [1, 5, 20, 100])
def test_about_the_share_is_drawn_of_ten_thousand_and_anybody_draws_the_same(share: int) -> None:
    lottery = Lottery("tameng", share)
    events = [
        reviews.draw(lottery, decision(number), cause=CAUSE, now=NOW) for number in range(10_000)
    ]
    drawn = [event for event in events if event is not None]
    expected = 100 * share
    deviation = (expected * (1 - share / 100)) ** 0.5
    assert abs(len(drawn) - expected) <= 4 * deviation
    for event in drawn:
        again = Lottery(event.seed, event.share)
        assert reviews.is_drawn(again, event.claim_id, UUID(int=10**9 + event.claim_id.int))
    assert len({event.review_id for event in drawn}) == len(drawn)


@settings(max_examples=50)
@given(st.text(min_size=1, max_size=20), st.uuids(), st.uuids(), st.integers(0, 100))
def test_a_larger_share_draws_all_that_a_smaller_one_does(
    seed: str, claim_id: UUID, decision_id: UUID, share: int
) -> None:
    drawn = [reviews.is_drawn(Lottery(seed, each), claim_id, decision_id) for each in range(101)]
    assert drawn == sorted(drawn)
    assert (drawn[0], drawn[100]) == (False, True)
    assert drawn[share] == (reviews.lot(seed, claim_id, decision_id) < share)


def test_another_seed_draws_others() -> None:
    def drawn(seed: str) -> set[int]:
        lottery = Lottery(seed, 10)
        return {n for n in range(2_000) if reviews.draw(lottery, decision(n), cause=CAUSE, now=NOW)}

    assert drawn("one") == drawn("one")
    assert drawn("one") != drawn("two")


CENTER = UUID(int=1)


def labels(*numbers: int) -> dict[UUID, ClaimLabel]:
    return {UUID(int=number): ClaimLabel(f"K-{number:04}-0000", "filed") for number in numbers}


def test_a_graph_is_two_steps_and_the_same_in_any_order() -> None:
    links = [
        Link("account", "ab" * 16, UUID(int=2)),
        Link("account", "ab" * 16, UUID(int=3)),
        Link("phone", "cd" * 16, UUID(int=3)),
        Link("document", "ef" * 32, None),
        Link("agent", "clerk", UUID(int=4)),
    ]
    found = graph(CENTER, links, labels(1, 2, 3, 4))
    assert [node.label for node in found.nodes] == [
        "K-0001-0000 (filed)", "account abababab", "phone cdcdcdcd", "agent clerk",
        "document efefefef", "K-0003-0000 (filed)", "K-0002-0000 (filed)", "K-0004-0000 (filed)",
    ]  # fmt: skip
    assert len(found.edges) == 4 + 4
    assert found.left_out == 0
    assert graph(CENTER, links[::-1], labels(1, 2, 3, 4)) == found
    assert "ab" * 16 not in str(found)


def test_a_graph_stays_small_and_says_what_it_leaves_out() -> None:
    numbers = range(2, 102)
    links = [Link("account", "ab" * 16, UUID(int=number)) for number in numbers]
    links += [Link("document", f"{number:064x}", None) for number in range(50)]
    found = graph(CENTER, links, labels(1, *numbers))
    assert len(found.nodes) == NODES_MAX
    assert found.left_out == 1 + 51 + 100 - NODES_MAX
    shown = {node.node_id for node in found.nodes}
    assert {end for edge in found.edges for end in edge} <= shown
    assert sum(node.is_center for node in found.nodes) == 1


def test_a_picture_is_the_same_each_time_and_escapes_what_it_is_given() -> None:
    links = [
        Link("issuer", '<script>alert("&")</script>', UUID(int=2)),
        Link("agent", "x" * 200, None),
    ]
    found = graph(CENTER, links, labels(1, 2))
    picture = graph_svg.draw(found)
    assert picture == graph_svg.draw(found)
    assert picture.startswith("<?xml")
    assert "<script" not in picture
    assert "&lt;script&gt;" in picture
    assert "x" * 100 not in picture
    assert "font-weight: bold" in picture
