"""How heirs share, and who is paid a line: to the last rupiah."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.claims import HeirClass, Share, SharesAgreed
from contracts.refusal import Refused
from contracts.types import PartyId
from services.claims.rules.facts import Step
from services.claims.rules.shares import (
    ListedShares,
    NewShares,
    agree_shares,
    children,
    payees,
    shares_of,
    split,
)
from tests.unit.test_claims_heirs import CAUSE, CLAIM, FILED_AT, refused

POWER = UUID(int=50)
STAMP = CAUSE.stamp("agree", at=FILED_AT)
PARTS = st.lists(st.integers(1, 800), min_size=1, max_size=12)


class One(NamedTuple):
    """A party."""

    party_id: UUID
    role: str = "heir"
    heir_class: int = HeirClass.SPOUSE_OR_CHILD
    relation: str | None = "child"
    is_minor: bool = False
    guardian_id: UUID | None = None
    person_mark: str | None = None


def one(number: int, **changed: Any) -> One:
    return One(UUID(int=number), **changed)


A, B = one(1, relation="spouse"), one(2)
GUARDIAN = one(7, role="guardian", relation=None)
MINOR = one(3, is_minor=True, guardian_id=GUARDIAN.party_id)
CHILD_OF_A = one(4, is_minor=True, guardian_id=A.party_id)


def parts_of(
    *parts: tuple[One, int], whole: int | None = None, power: UUID | None = None
) -> NewShares:
    shares = tuple(Share(party_id=PartyId(who.party_id), parts=count) for who, count in parts)
    return NewShares(whole or sum(count for _, count in parts), shares, power)


def kept(new: NewShares) -> dict[str, Any]:
    """As the claim keeps them: out of JSON."""
    heirs = [one(share.party_id.int) for share in new.shares]
    return agree(new, heirs).model_dump(
        mode="json", include={"whole", "shares", "power_of_attorney"}
    )


def agree(new: NewShares, heirs: list[One], *, powers: Sequence[UUID] = (POWER,)) -> SharesAgreed:
    return agree_shares(CLAIM, new, heirs=heirs, powers=powers, stamp=STAMP, officer="clerk")


def step(payee: Any, amount: int = 42_000_000, child: str | None = None) -> Step:
    return Step(
        "lump-sum", amount, payee=payee, rule="rule", article="article", arithmetic="sum",
        is_held=False, verified=True, child=child,
    )  # fmt: skip


@given(amount=st.integers(0, 10**12), parts=PARTS)
def test_a_split_sums_to_the_amount_and_is_never_negative(amount: int, parts: list[int]) -> None:
    shares = parts_of(*((one(place), count) for place, count in enumerate(parts))).shares
    amounts = split(amount, shares)
    assert sum(amounts) == amount
    whole = sum(parts)
    for given_to, count in zip(amounts, parts, strict=True):
        assert given_to >= 0
        assert abs(given_to * whole - amount * count) < whole  # within a rupiah of the exact part
    assert split(amount, shares) == amounts


@given(amount=st.integers(0, 10**9), parts=PARTS)
def test_whoever_has_more_parts_never_receives_less(amount: int, parts: list[int]) -> None:
    shares = parts_of(*((one(place), count) for place, count in enumerate(parts))).shares
    ranked = sorted(zip(parts, split(amount, shares), strict=True))
    for (fewer, less), (more, greater) in pairwise(ranked):
        assert fewer == more or less <= greater


@pytest.mark.parametrize(
    ("amount", "parts", "amounts"),
    [
        (20_000_000, (1, 1, 1), [6_666_667, 6_666_667, 6_666_666]),
        (12_000_000, (1, 2), [4_000_000, 8_000_000]),
        (100, (1, 1, 5), [14, 14, 72]),
        (2, (1, 1, 1), [1, 1, 0]),
        (0, (1, 3), [0, 0]),
    ],
)
def test_what_is_left_over_goes_to_the_largest_remainders_then_to_the_first(
    amount: int, parts: tuple[int, ...], amounts: list[int]
) -> None:
    shares = parts_of(*((one(place), count) for place, count in enumerate(parts))).shares
    assert split(amount, shares) == amounts


def test_shares_belong_to_every_heir_and_to_nobody_else() -> None:
    heirs = [A, B, GUARDIAN]
    agreed = agree(parts_of((A, 2), (B, 1)), heirs)
    assert [(share.party_id, share.parts) for share in agreed.shares] == [
        (A.party_id, 2), (B.party_id, 1),
    ]  # fmt: skip
    for shares, slug in (
        (parts_of((A, 2), (B, 1), whole=4), "shares-uneven"),
        (parts_of((A, 2), (B, 1), whole=2), "shares-uneven"),
        (parts_of((A, 1)), "shares-missing"),
        (parts_of((A, 1), (A, 1)), "share-of-no-heir"),
        (parts_of((A, 1), (B, 1), (one(9), 1)), "share-of-no-heir"),
        (parts_of((A, 1), (B, 1), (GUARDIAN, 1)), "share-of-no-heir"),
    ):
        with refused(slug):
            agree(shares, heirs)


def test_one_receives_for_all_by_a_power_of_attorney_that_counts() -> None:
    heirs = [A, B, MINOR, GUARDIAN]
    whole = parts_of((A, 1), power=POWER)
    assert agree(whole, heirs).power_of_attorney == POWER
    with refused("power-of-attorney-missing"):
        agree(whole, heirs, powers=())
    for shares in (
        parts_of((MINOR, 1), power=POWER),
        parts_of((GUARDIAN, 1), power=POWER),
        parts_of((A, 1), (B, 1), power=POWER),
    ):
        with refused("share-of-no-heir"):
            agree(shares, heirs)
    assert payees(step("heirs"), heirs, kept(whole)) == [(A.party_id, 42_000_000)]


def test_shares_are_listed_in_the_order_of_the_heirs() -> None:
    assert ListedShares(3, (1, 2)).of([A.party_id, B.party_id]) == parts_of((A, 1), (B, 2))
    with refused("shares-uneven"):
        ListedShares(3, (1, 2)).of([A.party_id])


def test_what_a_claim_keeps_is_read_back_as_it_was_agreed() -> None:
    for shares in (parts_of((A, 2), (B, 1)), parts_of((A, 1), power=POWER)):
        assert shares_of(kept(shares)) == shares
    assert shares_of(None) is None


def test_one_heir_alone_receives_all_and_several_need_shares() -> None:
    assert payees(step("heirs"), [A, GUARDIAN], None) == [(A.party_id, 42_000_000)]
    assert payees(step("heirs"), [MINOR, GUARDIAN], None) == [(GUARDIAN.party_id, 42_000_000)]
    with refused("shares-missing"):
        payees(step("heirs"), [A, B], None)
    with refused("shares-missing"):
        payees(step("heirs"), [], None)
    with refused("shares-missing"):
        payees(step("heirs"), [A, B], kept(parts_of((A, 1))))
    with refused("share-of-no-heir"):
        payees(step("heirs"), [A], kept(parts_of((A, 1), (B, 1))))


def test_a_guardian_is_paid_the_minors_share_and_nobody_is_paid_a_line_twice() -> None:
    heirs = [A, MINOR, CHILD_OF_A, GUARDIAN]
    shares = kept(parts_of((A, 2), (MINOR, 1), (CHILD_OF_A, 1)))
    assert payees(step("heirs", 1_000), heirs, shares) == [
        (A.party_id, 750), (GUARDIAN.party_id, 250),
    ]  # fmt: skip
    assert payees(step("heirs", 1), heirs, shares) == [(A.party_id, 1)]
    assert payees(step("heirs", 0), heirs, shares) == []


def test_each_line_goes_to_whom_the_law_names() -> None:
    arranger, fund = one(5, role="arranger"), one(6, role="fund")
    member = one(8, role="member", relation=None)
    for party in (arranger, fund, member):
        paid = payees(step(party.role), [arranger, fund, member, GUARDIAN], None)
        assert paid == [(party.party_id, 42_000_000)]
        with refused("payee-missing"):
            payees(step(party.role), [GUARDIAN], None)


def test_a_scholarship_goes_to_the_child_or_its_guardian() -> None:
    parties = [A, B, MINOR, GUARDIAN]
    assert children(parties) == {"child-1": B, "child-2": MINOR}
    assert payees(step("child", 9, "child-1"), parties, None) == [(B.party_id, 9)]
    assert payees(step("child", 9, "child-2"), parties, None) == [(GUARDIAN.party_id, 9)]
    for label in ("child-3", None):
        with refused("payee-missing"):
            payees(step("child", 9, label), parties, None)


@given(amount=st.integers(1, 10**10), parts=PARTS, guarded=st.sets(st.integers(0, 11)))
def test_a_line_is_paid_once_to_each_and_whole(
    amount: int, parts: list[int], guarded: set[int]
) -> None:
    heirs = [
        one(100 + place, guardian_id=GUARDIAN.party_id if place in guarded else None)
        for place in range(len(parts))
    ]
    shares = kept(parts_of(*zip(heirs, parts, strict=True)))
    paid = payees(step("heirs", amount), [*heirs, GUARDIAN], shares)
    assert sum(rupiah for _, rupiah in paid) == amount
    assert all(rupiah > 0 for _, rupiah in paid)
    assert len({payee for payee, _ in paid}) == len(paid)
    assert payees(step("heirs", amount), [*heirs, GUARDIAN], shares) == paid


def test_a_verified_claim_has_its_shares() -> None:
    verified = replace(CLAIM, state="verified")
    with pytest.raises(Refused, match="verified"):
        agree_shares(verified, parts_of((A, 1)), heirs=[A], powers=(), stamp=STAMP, officer="clerk")
