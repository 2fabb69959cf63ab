"""Who may be registered in a claim, in which class, and when the family is complete."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.claims import HeirClass, HeirRegistered, Relation
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.sealed import Sealed
from contracts.types import ClaimId, PartyId, WorkerId
from services.claims.rules.claims import HeldClaim
from services.claims.rules.families import check_complete, class_that_counts, record_family
from services.claims.rules.heirs import (
    HeirIdentity,
    Hidden,
    NewParty,
    implied_family,
    order_of,
    register,
    strike,
    to_strike,
)
from services.claims.rules.parties import RELATIONS, Party, fund, phone_digits

FILED_AT = datetime(2025, 10, 21, 17, 0, tzinfo=UTC)
"""The 22nd of October, one in the morning in Kupang."""
CAUSE = Cause(UUID(int=1), UUID(int=2))
CLAIM = HeldClaim(
    claim_id=ClaimId(UUID(int=4)), worker_id=WorkerId(UUID(int=5)), kind="death", state="filed",
    died_on=date(2025, 10, 11), happened_on=None, happened_at=None, admitted_on=None,
    filed_by="clerk", filed_at=FILED_AT, reported_by="officer", excuse=None, living=None,
    shares=None, assessment=None, verified_by=None, verified_documents=None, override=None,
    first_approved_by=None, first_decision=None, approvers_needed=None, decided_by=None,
    appeal_id=None,
)  # fmt: skip
INJURED = replace(CLAIM, kind="work-accident", died_on=None, happened_on=date(2025, 10, 11))
SPOUSE_OR_CHILD, SIBLING, NONE = HeirClass.SPOUSE_OR_CHILD, HeirClass.SIBLING, HeirClass.NONE
STAMP = CAUSE.stamp("register", at=FILED_AT)
_numbers = count(100)


def who(born_on: date | None = None) -> HeirIdentity:
    return HeirIdentity(
        name="Maria Ndolu", nik="5371045507890001", relationship="anak", born_on=born_on
    )


def new(heir_class: HeirClass = SPOUSE_OR_CHILD, **changed: Any) -> NewParty:
    return NewParty(heir_class, "open-here", changed.pop("identity", who()), **changed)


def add(
    party: NewParty, known: Sequence[Party] = (), claim: HeldClaim = CLAIM, mark: str | None = None
) -> HeirRegistered:
    party_id = PartyId(UUID(int=next(_numbers)))
    block = Sealed(
        subject=party_id, holder="claims", kind="heir-identity", version=1,
        nonce=bytes(12), ciphertext=bytes(20),
    )  # fmt: skip
    hidden = Hidden(party_id, block, account_mark=None, phone_mark=None, person_mark=mark)
    return register(claim, party, hidden, known=known, stamp=STAMP, officer="clerk")


def refused(slug: str) -> Any:
    return pytest.raises(Refused, check=lambda refusal: getattr(refusal, "slug", "") == slug)


GUARDIAN = add(new(NONE, role="guardian"))
WIDOW = add(new(relation="spouse"))
SON = add(new(relation="child"))
BROTHER = add(new(SIBLING))
ARRANGER = add(new(NONE, role="arranger"))
FUND = add(fund(bank_code="002", account_number="0206010000001"))


@pytest.mark.parametrize(
    ("heir_class", "relation"),
    [(heir_class, relation) for heir_class, fit in RELATIONS.items() for relation in sorted(fit)],
)
def test_a_relation_fits_its_class_and_no_other(heir_class: HeirClass, relation: Relation) -> None:
    assert add(new(heir_class, relation=relation)).relation == relation
    for other in set(RELATIONS) - {heir_class}:
        with refused("party-does-not-fit"):
            add(new(other, relation=relation))


@pytest.mark.parametrize(
    ("party", "claim"),
    [
        (new(NONE), CLAIM),
        (new(SIBLING, role="guardian"), CLAIM),
        (new(relation="none"), CLAIM),
        (new(NONE, role="member"), CLAIM),
        (new(NONE, role="arranger"), INJURED),
        (fund(bank_code="002", account_number="0206010000001"), INJURED),
        (new(relation="spouse"), INJURED),
        (new(NONE, role="guardian", is_minor=True), CLAIM),
        (new(guardian_id=GUARDIAN.party_id), CLAIM),
    ],
)
def test_a_part_that_the_claim_does_not_have_is_refused(party: NewParty, claim: HeldClaim) -> None:
    with refused("party-does-not-fit"):
        add(party, [GUARDIAN], claim)


def test_a_living_member_is_a_party_and_a_child_may_be_one_for_the_scholarship() -> None:
    member = add(new(NONE, role="member"), claim=INJURED)
    guardian = add(new(NONE, role="guardian"), [member], INJURED)
    child = add(new(relation="child", is_minor=True), [member, guardian], INJURED)
    assert child.guardian_id == guardian.party_id
    check_complete(INJURED, [member, guardian, child])
    with refused("heir-missing"):
        check_complete(INJURED, [guardian, child])


def test_heirs_are_of_one_class_and_a_guardian_is_of_none() -> None:
    assert add(new(SIBLING), [GUARDIAN, BROTHER]).heir_class == SIBLING
    for known, party in (
        ([WIDOW], new(SIBLING)),
        ([BROTHER], new()),
        ([WIDOW], new(NONE, role="arranger")),
        ([ARRANGER, FUND], new()),
    ):
        with refused("heir-class-mixed"):
            add(party, known)


def test_while_a_higher_class_lives_a_lower_one_has_no_right() -> None:
    family = replace(CLAIM, living={"2": 1, "3": 2})
    assert add(new(HeirClass.PARENT_OR_GRANDCHILD), claim=family).heir_class == 2
    for lower in (new(SIBLING), new(HeirClass.NAMED_IN_WILL), new(NONE, role="arranger")):
        with refused("higher-class-living"):
            add(lower, claim=family)
    with refused("heir-not-in-family"):
        add(new(), claim=family)
    with refused("heir-not-in-family"):
        add(new(), [WIDOW], replace(CLAIM, living={"1": 1}))
    assert add(new(NONE, role="arranger"), claim=replace(CLAIM, living={})).role == "arranger"


def test_there_is_one_arranger_and_one_member() -> None:
    with refused("party-does-not-fit"):
        add(new(NONE, role="arranger"), [ARRANGER])
    member = add(new(NONE, role="member"), claim=INJURED)
    assert add(new(NONE, role="guardian"), [GUARDIAN]).role == "guardian"
    with refused("party-does-not-fit"):
        add(new(NONE, role="member"), [member], INJURED)


def test_nobody_is_registered_twice_in_a_claim() -> None:
    there = add(new(), mark="a" * 32)
    with refused("person-registered-twice"):
        add(new(NONE, role="guardian"), [there], mark="a" * 32)
    assert add(new(), [there], mark="b" * 32).person_mark == "b" * 32


@pytest.mark.parametrize(
    ("born_on", "is_minor"),
    [
        (date(2007, 10, 22), False),
        (date(2007, 10, 23), True),
        (date(2007, 10, 21), False),
        (None, False),
    ],
)
def test_who_is_younger_than_eighteen_on_the_local_day_of_filing_is_a_minor(
    born_on: date | None, is_minor: bool
) -> None:
    assert add(new(identity=who(born_on)), [GUARDIAN]).is_minor == is_minor


def test_a_minor_receives_through_the_one_guardian_or_the_surviving_spouse() -> None:
    minor = new(relation="child", is_minor=True)
    assert add(minor, [GUARDIAN, WIDOW]).guardian_id == GUARDIAN.party_id
    assert add(minor, [WIDOW, SON]).guardian_id == WIDOW.party_id
    named = replace(minor, guardian_id=PartyId(SON.party_id))
    assert add(named, [GUARDIAN, SON]).guardian_id == SON.party_id


def test_a_minor_without_a_clear_guardian_is_refused() -> None:
    minor = new(relation="child", is_minor=True)
    young = add(minor, [GUARDIAN])
    second = add(new(NONE, role="guardian"), [GUARDIAN])
    for known, guardian_id in (
        ([SON], None),
        ([GUARDIAN, second], None),
        ([GUARDIAN], PartyId(UUID(int=9))),
        ([GUARDIAN, young], young.party_id),
        ([ARRANGER], ARRANGER.party_id),
    ):
        claim = replace(CLAIM, living=None)
        with pytest.raises(Refused) as refusal:
            add(replace(minor, guardian_id=guardian_id), known, claim)
        assert refusal.value.slug in ("guardian-missing", "heir-class-mixed")


def test_those_listed_are_registered_guardians_first_and_minors_last() -> None:
    listed = [new(identity=who(date(2015, 1, 1))), new(), new(NONE, role="guardian"), new()]
    assert order_of(listed, filed_at=FILED_AT) == [2, 1, 3, 0]


def test_those_listed_in_a_filing_count_as_the_whole_family() -> None:
    guardian = new(NONE, role="guardian")
    assert implied_family(CLAIM, [new(), guardian, new()]) == {"1": 2}
    assert implied_family(CLAIM, [new(SIBLING), new(HeirClass.PARENT_OR_GRANDCHILD)]) == {"2": 1}
    assert implied_family(CLAIM, [new(NONE, role="arranger")]) == {}
    assert implied_family(CLAIM, [guardian]) is None
    assert implied_family(replace(CLAIM, living={"1": 3}), [new()]) is None
    assert implied_family(INJURED, [new(NONE, role="member")]) is None


def test_the_family_has_room_for_who_is_registered() -> None:
    living: dict[str, int] = {"3": 1, "1": 2}
    told = record_family(CLAIM, living, known=[WIDOW, SON], stamp=STAMP, officer="clerk")
    assert list(told.living.items()) == [("1", 2), ("3", 1)]
    assert (
        record_family(CLAIM, {}, known=[ARRANGER, FUND], stamp=STAMP, officer="clerk").living == {}
    )
    for living, known, slug in (
        ({"1": 1}, [WIDOW, SON], "heir-not-in-family"),
        ({"2": 1}, [WIDOW], "heir-not-in-family"),
        ({"2": 1, "3": 1}, [BROTHER], "higher-class-living"),
        ({"5": 1}, [ARRANGER, FUND], "higher-class-living"),
    ):
        with refused(slug):
            record_family(CLAIM, living, known=known, stamp=STAMP, officer="clerk")
    with refused("party-does-not-fit"):
        record_family(INJURED, {"1": 1}, known=(), stamp=STAMP, officer="clerk")


def test_all_of_the_class_are_registered_before_a_claim_is_verified() -> None:
    of_two = replace(CLAIM, living={"1": 2})
    halves = {"whole": 2, "shares": [{"party_id": p.party_id, "parts": 1} for p in (WIDOW, SON)]}
    check_complete(replace(CLAIM, living={"1": 1, "3": 4}), [WIDOW, GUARDIAN])
    check_complete(replace(of_two, shares=halves), [WIDOW, SON])
    check_complete(replace(CLAIM, living={}), [ARRANGER, FUND])
    for claim, parties, slug in (
        (CLAIM, [WIDOW], "family-unrecorded"),
        (of_two, [WIDOW], "heir-missing"),
        (of_two, [GUARDIAN], "heir-missing"),
        (of_two, [WIDOW, SON], "shares-missing"),
        (replace(of_two, shares=halves), [WIDOW, SON, BROTHER], "higher-class-living"),
        (replace(CLAIM, living={"1": 1}), [WIDOW, SON], "heir-not-in-family"),
        (replace(CLAIM, living={}), [WIDOW], "heir-not-in-family"),
        (replace(CLAIM, living={}), [ARRANGER], "heir-missing"),
        (replace(CLAIM, living={}), [FUND], "heir-missing"),
    ):
        with refused(slug):
            check_complete(claim, parties)


def test_who_is_needed_by_another_is_not_struck() -> None:
    minor = add(new(relation="child", is_minor=True), [GUARDIAN])
    assert to_strike(minor.party_id, [GUARDIAN, minor]) == [minor]
    assert to_strike(ARRANGER.party_id, [FUND, ARRANGER]) == [ARRANGER, FUND]
    for party_id, slug in (
        (GUARDIAN.party_id, "party-needed"),
        (FUND.party_id, "party-needed"),
        (UUID(int=9), "party-unknown"),
    ):
        with refused(slug):
            to_strike(party_id, [GUARDIAN, minor, ARRANGER, FUND])


@pytest.mark.parametrize("state", ["verified", "approved", "rejected", "paid"])
def test_nothing_changes_once_a_claim_is_verified(state: Any) -> None:
    past = replace(CLAIM, state=state)
    with refused("claim-in-other-state"):
        add(new(), claim=past)
    with refused("claim-in-other-state"):
        record_family(past, {"1": 1}, known=(), stamp=STAMP, officer="clerk")
    with refused("claim-in-other-state"):
        strike(past, WIDOW, reason="by mistake", stamp=STAMP, officer="clerk")
    returned = replace(CLAIM, state="returned")
    assert add(new(), claim=returned).claim_id == CLAIM.claim_id
    assert (
        strike(returned, WIDOW, reason="by mistake", stamp=STAMP, officer="clerk").party_id
        == WIDOW.party_id
    )


@given(
    living=st.dictionaries(st.sampled_from("12345"), st.integers(1, 3)),
    wanted=st.lists(st.sampled_from(HeirClass), max_size=8),
    knows_family=st.booleans(),
)
def test_no_lower_class_is_ever_registered_before_a_higher_one(
    living: dict[str, int], wanted: list[HeirClass], knows_family: bool
) -> None:
    claim = replace(CLAIM, living=living if knows_family else None)
    known: list[HeirRegistered] = []
    for heir_class in wanted:
        role: Any = "arranger" if heir_class == NONE else "heir"
        try:
            known.append(add(new(heir_class, role=role), known, claim))
        except Refused:
            continue
    classes = {party.heir_class for party in known}
    assert len(classes) <= 1
    if knows_family:
        assert classes <= {class_that_counts(living)}
        assert all(int(number) >= heir_class for number in living for heir_class in classes)
    elif wanted:
        assert classes == {wanted[0]}


@pytest.mark.parametrize(
    "phone", ["081234567890", "+62 812-3456-7890", "81234567890", "62 (0)812 34567890"]
)
def test_a_phone_number_is_compared_however_it_is_written(phone: str) -> None:
    assert phone_digits(phone) == "6281234567890"
    assert phone_digits("") == phone_digits("+-") == ""
