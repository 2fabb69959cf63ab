"""Findings are raised on events, assigned, answered, and closed by somebody else."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from chassis.ids import new_id
from contracts.audit import FindingAnswered, FindingAssigned, FindingClosed, FindingRaised
from tests.alone import Alone, MakeAlone, key

DUE = "2025-07-21"
HEAD = "head of the branch"
"""Who is to answer."""


@pytest.fixture
async def audit(alone: MakeAlone) -> Alone:
    return await alone("audit")


async def step(
    audit: Alone, path: str, body: dict[str, Any], *, role: str = "auditor", name: str = "auditor"
) -> httpx.Response:
    audit.clock.set(audit.clock.now() + timedelta(minutes=1))
    return await audit.client(role, area="53", name=name).post(path, json=body, headers=key())


def whole(audit: Alone, name: str) -> str:
    """The name in the token of who is called so here."""
    return f"{name} of {audit.urls.database}"


async def raised(audit: Alone) -> str:
    body = {"detail": "approved before its papers", "place": "claims-in-order",
            "event_ids": [str(new_id())]}  # fmt: skip
    answer = await step(audit, "/findings", body)
    assert (answer.status_code, answer.json()["state"]) == (201, "raised")
    return str(answer.json()["finding_id"])


async def assigned(audit: Alone) -> str:
    finding = await raised(audit)
    body = {"assigned_to": whole(audit, HEAD), "due_on": DUE}
    answer = await step(audit, f"/findings/{finding}/assignment", body)
    assert answer.json() == {"finding_id": finding, "state": "assigned"}
    return finding


async def answered(audit: Alone) -> str:
    finding = await assigned(audit)
    body = {"answer": "the papers are attached by now", "event_ids": [str(new_id())]}
    answer = await step(audit, f"/findings/{finding}/answer", body, role="approver", name=HEAD)
    assert answer.json() == {"finding_id": finding, "state": "answered"}
    return finding


def close(audit: Alone, finding: str, **who: str) -> Any:
    body = {"outcome": "put-right", "note": "seen"}
    return step(audit, f"/findings/{finding}/closing", body, **who)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["slug"]


async def test_a_finding_from_its_raising_to_its_end(audit: Alone) -> None:
    finding = await answered(audit)
    assert (await close(audit, finding)).json() == {"finding_id": finding, "state": "closed"}
    told = (await audit.client("auditor", area="53").get(f"/findings/{finding}")).json()
    assert [each["step"] for each in told["steps"]] == ["raised", "assigned", "answered", "closed"]
    assert (told["state"], told["outcome"], told["assigned_to"], told["due_on"]) == (
        "closed", "put-right", whole(audit, HEAD), DUE,
    )  # fmt: skip
    for kind in (FindingRaised, FindingAssigned, FindingAnswered, FindingClosed):
        (event,) = await audit.recorded(kind)
        assert event.key == finding
    assert (await audit.replay()).same


async def test_steps_of_one_instant_stand_in_the_order_of_the_log(audit: Alone) -> None:
    finding = await assigned(audit)
    asker = audit.client("auditor", area="53")
    for day in range(6):
        body = {"assigned_to": f"officer {day}", "due_on": DUE}
        await asker.post(f"/findings/{finding}/assignment", json=body, headers=key())
    told = (await asker.get(f"/findings/{finding}")).json()["steps"]
    assert len({each["taken_at"] for each in told[1:]}) == 1
    assert [each["words"] for each in told[2:]] == [f"officer {n} by {DUE}" for n in range(6)]


async def test_whoever_answered_does_not_close(audit: Alone) -> None:
    finding = await answered(audit)
    assert refusal(await close(audit, finding, name=HEAD)) == (403, "answered-by-you")
    assert not await audit.recorded(FindingClosed)


async def test_only_who_was_asked_answers(audit: Alone) -> None:
    finding = await assigned(audit)
    body = {"answer": "all is well"}
    other = await step(audit, f"/findings/{finding}/answer", body, role="branch", name="a clerk")
    assert refusal(other) == (403, "not-yours-to-answer")
    auditor = await step(audit, f"/findings/{finding}/answer", body)
    assert refusal(auditor) == (403, "role-not-allowed")


async def test_a_step_out_of_order_is_refused_and_changes_nothing(audit: Alone) -> None:
    finding = await raised(audit)
    wrong = (
        await close(audit, finding),
        await step(audit, f"/findings/{finding}/reopening", {"reason": "again"}),
        await step(audit, f"/findings/{finding}/answer", {"answer": "x"}, role="branch"),
    )
    assert {refusal(each) for each in wrong} == {(409, "finding-in-other-state")}
    past = {"assigned_to": "anybody", "due_on": "2025-07-06"}
    late = await step(audit, f"/findings/{finding}/assignment", past)
    assert refusal(late) == (422, "due-in-the-past")
    assert refusal(await close(audit, str(new_id()))) == (404, "finding-unknown")
    told = (await audit.client("auditor", area="53").get(f"/findings/{finding}")).json()
    assert [each["step"] for each in told["steps"]] == ["raised"]


async def test_a_closed_finding_that_turns_up_again_is_asked_for_again(audit: Alone) -> None:
    finding = await answered(audit)
    assert (await close(audit, finding)).is_success
    again = await step(audit, f"/findings/{finding}/reopening", {"reason": "it happened again"})
    assert again.json()["state"] == "assigned"
    told = (await audit.client("auditor", area="53").get(f"/findings/{finding}")).json()
    assert (told["state"], told["outcome"], told["closed_by"]) == ("assigned", None, None)


async def test_who_was_asked_sees_theirs_and_an_auditor_all(audit: Alone) -> None:
    of_head, of_nobody = await assigned(audit), await raised(audit)
    head = audit.client("approver", area="53", name=HEAD)
    assert [each["finding_id"] for each in (await head.get("/findings")).json()] == [of_head]
    assert refusal(await head.get(f"/findings/{of_nobody}")) == (404, "finding-unknown")
    auditor = audit.client("auditor", area="53")
    found = (await auditor.get("/findings")).json()
    assert {each["finding_id"] for each in found} == {of_head, of_nobody}
    (open_,) = (await auditor.get("/findings", params={"state": "raised"})).json()
    assert open_["finding_id"] == of_nobody
    pages = []
    after: dict[str, str] = {}
    while page := (await auditor.get("/findings", params={"limit": "1"} | after)).json():
        pages.append(page[0]["finding_id"])
        after = {"after": pages[-1]}
    assert pages == [each["finding_id"] for each in found]
