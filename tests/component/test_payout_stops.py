"""What is found before money moves: full, dormant, closed accounts; what the rail never takes."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from contracts.banking import (
    PayoutFailed,
    PayoutOrdered,
    PayoutResumed,
    PayoutSettled,
    PayoutStopped,
)
from contracts.claims import HeirRegistered
from services.banking.rules.ledger import account_of
from tests import bank_events as heard
from tests.alone import START, Alone, key
from tests.component.bank_neighbors import (
    BENEFIT,
    CAPITAL,
    RETURNED,
    approve,
    check_books,
    deposit,
    finish,
    give_key,
    money,
    way_out,
)
from tests.component.odd_fixtures import bank, holder, odd, payout_id
from tests.component.odd_rail import OddRail

__all__ = ["bank", "holder", "odd", "payout_id"]


async def member_as_payee(bank: Alone) -> UUID:
    """A member with a basic account, which holds at most Rp20,000,000."""
    member_id = new_id()
    await bank.hear(heard.worker_enrolled(member_id))
    return member_id


async def approved_for(bank: Alone, payee_id: UUID, amount: int = BENEFIT) -> UUID:
    worker_id, claim_id = new_id(), new_id()
    await bank.hear(heard.worker_enrolled(worker_id))
    approved = heard.claim_approved(claim_id, worker_id, payee_id, {"lump-sum": amount})
    await bank.hear(approved)
    (row,) = await bank.rows("SELECT payout_id FROM payouts WHERE claim_id = :c", c=claim_id)
    payout_id: UUID = row["payout_id"]
    return payout_id


async def change(bank: Alone, payee_id: UUID, assignment: str) -> None:
    """As other parts of the bank would have left the account."""
    async with bank.units.engine.begin() as connection:
        await connection.exec_driver_sql(
            f"UPDATE accounts SET {assignment} WHERE holder_id = '{payee_id}'"
        )


async def resume(bank: Alone, payout_id: UUID) -> Any:
    client = bank.client("bank", area="53")
    body = {"reason": "the account was upgraded"}
    return await client.post(f"/payouts/{payout_id}/resume", json=body, headers=key())


async def stopped(bank: Alone) -> list[str]:
    return [each.reason for each in await bank.recorded(PayoutStopped)]


async def test_a_benefit_that_would_overflow_the_account_waits_for_its_upgrade(
    bank: Alone,
) -> None:
    payee_id = await member_as_payee(bank)
    payout_id = await approved_for(bank, payee_id, BENEFIT + 1)
    assert (await stopped(bank), await money(bank)) == (["product-limit"], RETURNED)
    await bank.work("payouts")
    refused = await resume(bank, payout_id)
    assert (refused.status_code, refused.json()["slug"]) == (409, "payout-still-stopped")
    await change(bank, payee_id, "product = 'savings'")
    assert (await resume(bank, payout_id)).json()["state"] == "settled"
    assert await stopped(bank) == ["product-limit"]
    assert len(await bank.recorded(PayoutResumed)) == 1
    assert len(await bank.recorded(PayoutSettled)) == 1


async def test_lines_of_one_batch_fill_the_account_together(bank: Alone) -> None:
    payee_id = await member_as_payee(bank)
    worker_id, claim_id = new_id(), new_id()
    await bank.hear(heard.worker_enrolled(worker_id))
    lines = {"lump-sum": 12_000_000, "funeral": 10_000_000}
    await bank.hear(heard.claim_approved(claim_id, worker_id, payee_id, lines))
    assert await stopped(bank) == ["product-limit"]
    assert len(await bank.recorded(PayoutSettled)) == 1
    await check_books(bank)


async def test_just_what_fits_is_paid(bank: Alone) -> None:
    payout_id = await approved_for(bank, await member_as_payee(bank))
    assert [each.payout_id for each in await bank.recorded(PayoutSettled)] == [payout_id]
    assert await stopped(bank) == []


@pytest.mark.parametrize(("days", "reasons"), [(1_800, []), (1_801, ["account-dormant"])])
async def test_an_account_that_nobody_used_for_1800_days_gets_nothing_by_itself(
    bank: Alone, days: int, reasons: list[str]
) -> None:
    payee_id = await member_as_payee(bank)
    bank.clock.set(START + timedelta(days=days))
    payout_id = await approved_for(bank, payee_id)
    assert await stopped(bank) == reasons
    if reasons:
        assert (await resume(bank, payout_id)).status_code == 409
        await change(bank, payee_id, f"inquired_at = '{bank.clock.now().isoformat()}'")
        assert (await resume(bank, payout_id)).json()["state"] == "settled"
    assert len(await bank.recorded(PayoutSettled)) == 1


async def test_a_closed_account_gets_nothing(bank: Alone) -> None:
    payee_id = await member_as_payee(bank)
    await change(bank, payee_id, "closed_at = now()")
    payout_id = await approved_for(bank, payee_id)
    assert (await stopped(bank), await money(bank)) == (["account-closed"], RETURNED)
    refused = (await resume(bank, payout_id)).json()
    assert refused["slug"] == "payout-still-stopped"
    assert "propose the outcome not-arrived" in refused["detail"]


async def on_a_closed_account(bank: Alone, amount: int = BENEFIT) -> tuple[HeirRegistered, UUID]:
    """An heir whose account here is closed, and the payout that stopped before it."""
    heir = heard.heir_registered(new_id(), new_id(), account="open-here")
    await bank.hear(heard.worker_enrolled(heir.worker_id), heir)
    path, why = f"/accounts/{account_of(heir.party_id)}/closure", {"reason": "the holder's letter"}
    closed = await bank.client("bank", area="53").post(path, json=why, headers=key())
    assert closed.status_code == 200, closed.text
    lines = {"lump-sum": amount}
    await bank.hear(heard.claim_approved(heir.claim_id, heir.worker_id, heir.party_id, lines))
    (row,) = await bank.rows("SELECT payout_id FROM payouts WHERE claim_id = :c", c=heir.claim_id)
    assert await stopped(bank) == ["account-closed"]
    return heir, row["payout_id"]


async def fail(bank: Alone, payout_id: UUID) -> Any:
    """Two officers say that it cannot be sent; the answer to the second."""
    path, said = f"/payouts/{payout_id}/outcome", {"outcome": "not-arrived"}
    anna, budi = (bank.client("bank", area="53", name=name) for name in ("anna", "budi"))
    first = await anna.post(path, json=said | {"evidence": "letter 7"}, headers=key())
    assert first.status_code == 200, first.text
    own = await anna.post(f"{path}/confirmation", json=said, headers=key())
    assert (own.status_code, own.json()["slug"]) == (403, "maker-is-checker")
    return await budi.post(f"{path}/confirmation", json=said, headers=key())


async def waiting_for_reissue(bank: Alone) -> Any:
    queue = await bank.client("bank", area="53").get("/payouts/queue")
    return queue.json()["waiting_for_reissue"]


async def test_what_stopped_before_a_closed_account_fails_and_goes_to_another(
    bank: Alone, holder: Alone, odd: OddRail
) -> None:
    heir, payout_id = await on_a_closed_account(bank)
    assert (await fail(bank, payout_id)).json()["state"] == "failed"
    assert await money(bank) == RETURNED
    (failed,) = await bank.recorded(PayoutFailed)
    assert (failed.payout_id, failed.reason) == (payout_id, "account-closed: letter 7")
    assert await waiting_for_reissue(bank) == {"payouts": 1, "amount": BENEFIT}
    staff = bank.client("bank", area="53")
    early = await staff.post(f"/payouts/{payout_id}/reissue", headers=key())
    assert (early.status_code, early.json()["slug"]) == (409, "account-closed")
    assert len(await bank.recorded(PayoutOrdered)) == 1
    await give_key(holder, heir.party_id)
    elsewhere = heard.heir_registered(heir.claim_id, heir.worker_id, party_id=heir.party_id)
    await bank.hear(elsewhere)
    fresh = (await staff.post(f"/payouts/{payout_id}/reissue", headers=key())).json()
    assert (fresh["rail"], fresh["state"]) == ("interbank", "ordered")
    await way_out(bank).step()
    assert odd.moved == {UUID(fresh["payout_id"]).hex: BENEFIT}
    assert await waiting_for_reissue(bank) == {"payouts": 0, "amount": 0}
    await check_books(bank)


async def test_what_was_never_sent_did_not_arrive(bank: Alone) -> None:
    _, payout_id = await on_a_closed_account(bank)
    arrived = {"outcome": "arrived", "evidence": "letter 7"}
    path = f"/payouts/{payout_id}/outcome"
    refused = await bank.client("bank", area="53").post(path, json=arrived, headers=key())
    assert (refused.status_code, refused.json()["slug"]) == (409, "outcome-not-in-question")
    assert await money(bank) == RETURNED


async def test_a_failure_before_the_money_is_there_waits_for_it(bank: Alone) -> None:
    """A failure tells of money that was set aside and came back."""
    _, payout_id = await on_a_closed_account(bank, CAPITAL + 1)
    refused = await fail(bank, payout_id)
    assert (refused.status_code, refused.json()["slug"]) == (409, "funds-insufficient")
    assert await bank.recorded(PayoutFailed) == []
    await deposit(bank, 1, document="SP2D 2")
    assert (await fail(bank, payout_id)).json()["state"] == "failed"
    assert await money(bank) == (CAPITAL + 1, 0, 0)
    await check_books(bank)


async def test_a_full_account_is_no_failure(bank: Alone) -> None:
    payout_id = await approved_for(bank, await member_as_payee(bank), BENEFIT + 1)
    path = f"/payouts/{payout_id}/outcome"
    asked = {"outcome": "not-arrived", "evidence": "letter 7"}
    refused = await bank.client("bank", area="53").post(path, json=asked, headers=key())
    assert (refused.status_code, refused.json()["slug"]) == (409, "outcome-not-in-question")


async def test_one_that_stands_still_keeps_no_other_waiting(bank: Alone) -> None:
    full = await member_as_payee(bank)
    await approved_for(bank, full, BENEFIT + 1)
    payout_id = await approved_for(bank, await member_as_payee(bank))
    assert [each.payout_id for each in await bank.recorded(PayoutSettled)] == [payout_id]


@pytest.mark.parametrize(("amount", "state"), [(250_000_000, "settled"), (250_000_001, "ordered")])
async def test_more_than_the_rail_takes_never_leaves(
    bank: Alone, holder: Alone, odd: OddRail, amount: int, state: str
) -> None:
    await deposit(bank, amount, document="SP2D 2")
    heir = heard.heir_registered(new_id(), new_id())
    await give_key(holder, heir.party_id)
    payout_id = await approve(bank, heir, amount=amount)
    if state == "settled":
        assert await finish(bank) == state
        assert odd.moved == {payout_id.hex: amount}
        return
    for _ in range(2):
        assert await way_out(bank).step() is False
    assert (odd.asked, await stopped(bank)) == ([], ["rail-limit"])
    assert (await resume(bank, payout_id)).json()["slug"] == "payout-still-stopped"
    assert (await fail(bank, payout_id)).json()["state"] == "failed"
    assert await way_out(bank).step() is False
    await check_books(bank)


async def test_stopped_payouts_are_shown_by_claim_and_without_accounts_to_a_branch(
    bank: Alone,
) -> None:
    payee_id = await member_as_payee(bank)
    await approved_for(bank, payee_id)
    await approved_for(bank, payee_id, 1)
    (first, second) = await bank.recorded(PayoutOrdered)
    by_role = {}
    for role in ("bank", "branch", "auditor"):
        answer = await bank.client(role, area="53").get(
            "/payouts", params={"claim": str(second.claim_id)}
        )
        (shown,) = answer.json()["payouts"]
        assert (shown["payout_id"], shown["amount"]) == (str(second.payout_id), 1)
        assert shown["stopped_reason"] == "product-limit"
        by_role[role] = shown["account"] is not None
    assert by_role == {"bank": True, "branch": False, "auditor": True}
    client = bank.client("branch", area="53.71")
    one = await client.get(f"/payouts/{first.payout_id}")
    assert (one.status_code, one.json()["state"]) == (200, "settled")
    page = (await client.get("/payouts", params={"limit": 1})).json()
    rest = (await client.get("/payouts", params={"after": page["next_after"]})).json()
    shown = [each["payout_id"] for each in (*page["payouts"], *rest["payouts"])]
    assert sorted(shown) == sorted(str(each.payout_id) for each in (first, second))
    sheet = await client.get("/payouts/sheet", params={"stopped": True})
    assert sheet.text.count("product-limit") == 1
    elsewhere = bank.client("branch", area="53.72")
    assert (await elsewhere.get("/payouts")).json()["payouts"] == []
    outside = await elsewhere.get(f"/payouts/{first.payout_id}")
    assert outside.json()["slug"] == "outside-area"
    assert (await elsewhere.get("/payouts", params={"area": "53.71"})).status_code == 403
    assert (await bank.client("district", area="53").get("/payouts")).status_code == 403
