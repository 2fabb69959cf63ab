"""What is found before money moves: full, dormant, closed accounts; what the rail never takes."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from contracts.banking import PayoutOrdered, PayoutResumed, PayoutSettled, PayoutStopped
from tests import bank_events as heard
from tests.alone import START, Alone, key
from tests.component.bank_neighbors import (
    BENEFIT,
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
    assert (await resume(bank, payout_id)).json()["slug"] == "payout-still-stopped"


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
