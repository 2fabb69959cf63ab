"""Second looks on a real Postgres: drawn by lot, listed, closed by somebody without a part."""

from uuid import UUID

import pytest

from contracts.claims import ReviewClosed, ReviewDrawn
from services.claims.rules.reviews import Lottery, is_drawn
from tests.alone import MakeAlone
from tests.component.warned_claims import LUMP_SUM, NOW, Claims

IN_ORDER = {"outcome": "in-order", "reason": "all papers seen, amounts recomputed"}


async def office(alone: MakeAlone, *, percent: int, seed: str = "a seed") -> Claims:
    service = await alone("claims", review_percent=percent, review_seed=seed)
    service.clock.set(NOW)
    return Claims(service)


@pytest.mark.parametrize("percent", [0, 40, 100])
async def test_those_whose_lot_is_below_the_share_are_drawn_and_no_others(
    alone: MakeAlone, percent: int
) -> None:
    claims = await office(alone, percent=percent)
    approved = [await claims.approved(number) for number in range(1, 13)]
    lottery = Lottery("a seed", percent)
    expected = {e.claim_id for e in approved if is_drawn(lottery, e.claim_id, e.event_id)}
    drawn = await claims.service.recorded(ReviewDrawn)
    assert {event.claim_id for event in drawn} == expected
    assert len(drawn) == len(expected)
    assert {(event.seed, event.share) for event in drawn} <= {("a seed", percent)}
    if percent in (0, 100):
        assert len(drawn) == 12 * percent // 100
    assert (await claims.service.replay()).same


async def test_the_list_shows_what_an_auditor_recomputes(alone: MakeAlone) -> None:
    claims = await office(alone, percent=100)
    approved = [await claims.approved(number) for number in range(1, 4)]
    first = (await claims.get("/reviews?limit=2")).json()
    second = (await claims.get(f"/reviews?limit=2&after={first['next_after']}")).json()
    rows = first["reviews"] + second["reviews"]
    assert second["next_after"] is None
    assert {row["claim_id"] for row in rows} == {str(event.claim_id) for event in approved}
    decisions = {str(event.claim_id): str(event.event_id) for event in approved}
    for row in rows:
        assert row["decision_id"] == decisions[row["claim_id"]]
        assert (row["amount"], row["outcome"], row["state"]) == (LUMP_SUM, None, "approved")
        lottery = Lottery(row["seed"], row["share"])
        assert is_drawn(lottery, UUID(row["claim_id"]), UUID(row["decision_id"]))
    assert (await claims.get("/reviews", area="53.01")).json()["reviews"] == []
    outside = await claims.get("/reviews?area=53.71", area="53.01")
    assert (outside.status_code, outside.json()["slug"]) == (403, "outside-area")


async def test_a_review_is_closed_once_by_somebody_without_a_part(alone: MakeAlone) -> None:
    claims = await office(alone, percent=100)
    claim_id = await claims.claim(1, by=claims.called("first clerk"))
    payee_id = await claims.heir(1, claim_id)
    await claims.verify(1, claim_id)
    await claims.approve(1, claim_id, payee_id)
    (drawn,) = await claims.service.recorded(ReviewDrawn)
    path = f"/reviews/{drawn.review_id}/closing"
    refusals = [
        (await claims.post(path, IN_ORDER, name="first clerk"), (403, "same-officer")),
        (await claims.post(path, IN_ORDER, role="auditor"), (403, "role-not-allowed")),
        (await claims.post(path, IN_ORDER, area="53.01"), (403, "outside-area")),
        (await claims.post(f"/reviews/{claim_id}/closing", IN_ORDER), (404, "review-unknown")),
    ]
    for answer, expected in refusals:
        assert (answer.status_code, answer.json()["slug"]) == expected
    wrong = await claims.post(path, {"outcome": "cleared", "reason": "x"})
    assert wrong.status_code == 422
    assert await claims.service.recorded(ReviewClosed) == []
    finding = {"outcome": "finding", "reason": "the heir letter has no witness"}
    answer = await claims.post(path, finding, role="approver", name="other head")
    assert answer.json()["outcome"] == "finding"
    again = await claims.post(path, IN_ORDER)
    assert (again.status_code, again.json()["slug"]) == (409, "review-closed")
    for state, found in {"open": 0, "closed": 1}.items():
        assert len((await claims.get(f"/reviews?state={state}")).json()["reviews"]) == found
    assert (await claims.service.replay()).same
