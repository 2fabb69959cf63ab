"""Accounts found by place, holder, number and state; figures by village; who sees what."""

from datetime import timedelta
from typing import Any

import pytest

from services.banking.operations import account_lists
from tests import bank_events as heard
from tests.component.counter_office import FAR_VILLAGE, Counters, counters, pay_in, refused

__all__ = ["counters"]

SECRET = ("balance", "held", "last_used_at", "number", "standing", "product")


async def found(counters: Counters, **asked: Any) -> set[str]:
    answer = await counters.officer.get("/accounts", params=asked)
    assert answer.status_code == 200, answer.text
    return {each["account_id"] for each in answer.json()["accounts"]}


async def test_accounts_are_found_by_state_place_and_holder(counters: Counters) -> None:
    at = {
        "opened": await counters.open(FAR_VILLAGE),
        "ready": await counters.ready(),
        "collected": await counters.collected(),
        "active": await counters.active(),
        "blocked": await counters.active(),
        "closed": await counters.open(),
    }
    await counters.block(at["blocked"])
    await counters.post(at["closed"], "closure", {"reason": "double"})
    for state, account_id in at.items():
        assert await found(counters, state=state) == {str(account_id)}, state
    assert await found(counters) == set(map(str, at.values()))
    assert await found(counters, area="53.01") == {str(at["opened"])}
    assert await found(counters, area=heard.OEBOBO) == set(map(str, at.values())) - {
        str(at["opened"])
    }
    holder_id = (await counters.account(at["ready"]))["holder_id"]
    assert await found(counters, holder_id=holder_id) == {str(at["ready"])}
    assert await found(counters, holder_id=holder_id, state="opened") == set()


async def test_inactive_and_dormant_are_found_by_the_last_use(counters: Counters) -> None:
    start = counters.bank.clock.now()
    old, used = await counters.open(), await counters.open()
    closed = await counters.open()
    await counters.post(closed, "closure", {"reason": "double"})
    counters.bank.clock.set(start + timedelta(days=300))
    await pay_in(counters.bank, used, 1_000)
    counters.bank.clock.set(start + timedelta(days=361))
    assert await found(counters, state="inactive") == {str(old)}
    counters.bank.clock.set(start + timedelta(days=1_801))
    assert await found(counters, state="dormant") == {str(old)}
    assert await found(counters, state="inactive") == {str(used)}


async def test_pages_together_hold_each_account_once(counters: Counters) -> None:
    made = {str(await counters.open()) for _ in range(5)}
    seen: list[str] = []
    asked: dict[str, Any] = {"limit": "2"}
    while True:
        page = (await counters.officer.get("/accounts", params=asked)).json()
        seen += [each["account_id"] for each in page["accounts"]]
        if page["next_after"] is None:
            break
        asked["after"] = page["next_after"]
    assert seen == sorted(made)


async def test_only_the_bank_sees_whole_numbers_and_nobody_a_balance_in_a_list(
    counters: Counters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_lists, "ROWS_PAGE_MAX", 2)
    accounts = [await counters.active(), await counters.ready(), await counters.ready()]
    await pay_in(counters.bank, accounts[0], 7_654_321)
    whole = (await counters.officer.get("/accounts")).json()["accounts"]
    numbers = {each["number"] for each in whole}
    assert all(len(number) == 13 for number in numbers)
    for role in ("auditor", "branch", "province"):
        caller = counters.bank.client(role, area="53")
        lines = (await caller.get("/accounts")).json()["accounts"]
        assert len(lines) == 3
        for line in lines:
            assert line["number"] is None
            assert line["number_masked"] == "0000*****0000"
            if role != "auditor":
                assert not [name for name in SECRET if line.get(name) is not None]
        for form in ("csv", "xlsx"):
            sheet = await caller.get("/accounts/sheet", params={"format": form})
            assert sheet.status_code == 200
        text = (await caller.get("/accounts/sheet", params={"format": "csv"})).text
        assert len(text.splitlines()) == 4
        assert "7654321" not in text
        assert not [number for number in numbers if number in text]
        assert ("last_used_at" in text) == (role == "auditor")
    text = (await counters.officer.get("/accounts/sheet", params={"format": "csv"})).text
    assert all(number in text for number in numbers)
    assert "7654321" not in text


async def test_one_account_with_its_balance_is_for_bank_and_auditor_alone(
    counters: Counters,
) -> None:
    account_id = await counters.active()
    await pay_in(counters.bank, account_id, 7_654_321)
    (line,) = (await counters.officer.get("/accounts")).json()["accounts"]
    for role in ("bank", "auditor"):
        caller = counters.bank.client(role, area="53.71")
        told = (await caller.get(f"/accounts/{account_id}")).json()
        assert (told["balance"], told["held"]) == (7_654_321, 0)
        by_number = await caller.post("/accounts:find", json={"number": line["number"]})
        assert by_number.json()["account_id"] == str(account_id)
        assert (by_number.json()["number"] is None) == (role == "auditor")
        unknown = await caller.post("/accounts:find", json={"number": "9" * 13})
        assert refused(unknown) == (404, "number-unknown")
        outside = counters.bank.client(role, area="53.01")
        for answer in (
            await outside.get(f"/accounts/{account_id}"),
            await outside.post("/accounts:find", json={"number": line["number"]}),
            await outside.get("/accounts", params={"area": "53.71"}),
            await outside.get("/accounts/sheet", params={"area": "53.71"}),
        ):
            assert refused(answer) == (403, "outside-area")
    for role in ("branch", "district", "province", "checker", "approver", "admin", "village"):
        caller = counters.bank.client(role, area="53")
        answer = await caller.get(f"/accounts/{account_id}")
        assert refused(answer) == (403, "role-not-allowed")
        answer = await caller.post("/accounts:find", json={"number": line["number"]})
        assert refused(answer) == (403, "role-not-allowed")
    province = counters.bank.client("province", area="53")
    answer = await province.get("/accounts", params={"state": "dormant"})
    assert refused(answer) == (403, "role-not-allowed")


async def test_each_village_tells_opened_collected_and_used(counters: Counters) -> None:
    await counters.bank.hear(heard.worker_enrolled(has_kk=False))
    await counters.open(FAR_VILLAGE)
    await counters.ready(holder="heir")
    await counters.collected()
    used, blocked = await counters.active(), await counters.active()
    await pay_in(counters.bank, used, 1_000)
    await counters.block(blocked)
    answer = await counters.auditor.get("/accounts/villages", params={"area": "53"})
    far, near = answer.json()["villages"]
    assert (far["village_code"], far["opened"], far["printed"]) == (FAR_VILLAGE, 1, 0)
    counted = {name: near[name] for name in near if near[name]}
    assert counted == {
        "village_code": heard.OEBOBO, "deferred": 1, "opened": 4, "heirs": 1, "printed": 4,
        "collected": 3, "activated": 2, "used": 1, "collected_never_used": 2, "blocked": 1,
    }  # fmt: skip
    page = {"area": "53", "limit": "1", "after": FAR_VILLAGE}
    assert (await counters.auditor.get("/accounts/villages", params=page)).json()["villages"] == [
        near
    ]
    sheet = {"area": "53", "format": "csv"}
    text = (await counters.auditor.get("/accounts/villages/sheet", params=sheet)).text
    assert len(text.splitlines()) == 3
    branch = counters.bank.client("branch", area="53")
    answer = await branch.get("/accounts/villages", params={"area": "53"})
    assert refused(answer) == (403, "role-not-allowed")
