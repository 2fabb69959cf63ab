"""Approvals that come at the same moment, by the same officer and by different ones."""

import asyncio

from contracts.claims import ApprovalGiven, ClaimApproved, ClaimRejected
from tests.alone import MakeAlone
from tests.component.claims_office import ANNA, BETA, HEAD, SECOND_HEAD, Claims, an_office, claims

__all__ = ["claims"]


async def test_of_approvals_and_rejections_at_the_same_moment_one_counts(claims: Claims) -> None:
    one, two = await claims.verified(ANNA), await claims.verified(BETA)
    same = await asyncio.gather(*(claims.approve(one.claim_id) for _ in range(6)))
    assert sorted(answer.status_code for answer in same) == [200, *[409] * 5]
    others = await asyncio.gather(
        *(claims.approve(two.claim_id, ("approver", f"head {each}")) for each in range(4)),
        claims.post(f"/claims/{two.claim_id}/rejection", {"reason": "no"}, SECOND_HEAD),
    )
    assert sorted(answer.status_code for answer in others) == [200, *[409] * 4]
    approved = await claims.service.recorded(ClaimApproved)
    rejected = await claims.service.recorded(ClaimRejected)
    assert len(approved) + len(rejected) == 2
    assert len({*(a.claim_id for a in approved), *(r.claim_id for r in rejected)}) == 2
    rows = await claims.service.rows("SELECT count(*) AS n FROM approved_lines")
    assert rows[0]["n"] == 3 * len(approved)
    assert (await claims.service.replay()).same


async def test_where_two_are_needed_one_officer_at_once_is_never_two(alone: MakeAlone) -> None:
    claims = await an_office(alone, two_approvers_from=1)
    case = await claims.verified()
    same = await asyncio.gather(*(claims.approve(case.claim_id, HEAD) for _ in range(5)))
    assert sorted(answer.status_code for answer in same) == [200, *[403] * 4]
    assert await claims.service.recorded(ClaimApproved) == []
    many = await asyncio.gather(
        *(claims.approve(case.claim_id, ("approver", f"head {each}")) for each in range(4))
    )
    assert sorted(answer.status_code for answer in many) == [200, *[409] * 3]
    assert len(await claims.service.recorded(ApprovalGiven)) == 1
    (approved,) = await claims.service.recorded(ClaimApproved)
    assert approved.first_approved_by not in {None, approved.approved_by}
