"""The bank alone, on a real Postgres: accounts, the province's money, payouts within the bank."""

import asyncio
from uuid import UUID

import pytest

from chassis.ids import new_id
from contracts.banking import (
    AccountBlocked,
    AccountDeferred,
    AccountOpened,
    FundsDeposited,
    InvoicePaid,
    InvoiceUnpaid,
    PayoutOrdered,
    PayoutSettled,
)
from services.banking.rules.ledger import INSURER, TREASURY, account_of, fund_of
from tests import bank_events as heard
from tests.alone import Alone, MakeAlone, key

FUND = fund_of(heard.PROGRAMME)
DEPOSIT = {"programme_id": str(heard.PROGRAMME), "amount": 100_000, "document": "SP2D 1"}
ORDER = {"programme_id": str(heard.PROGRAMME), "month": "2025-07", "payment_order": "SP2D 2"}


@pytest.fixture
async def bank(alone: MakeAlone) -> Alone:
    return await alone("banking")


async def balances(bank: Alone) -> dict[UUID, int]:
    rows = await bank.rows("SELECT account_id, balance FROM balances")
    return {row["account_id"]: row["balance"] for row in rows}


async def fill_insurer(bank: Alone, amount: int) -> None:
    """Let the province deposit this much and pay it over as one contribution."""
    await bank.hear(heard.programme_opened(), heard.invoice_issued(amount))
    province = bank.client("province", area="53")
    deposit = DEPOSIT | {"amount": amount}
    assert (await province.post("/deposits", json=deposit, headers=key())).status_code == 201
    assert (await province.post("/payment-orders", json=ORDER, headers=key())).is_success


async def test_members_with_both_papers_get_an_account_and_the_others_wait(bank: Alone) -> None:
    complete, without_kk = heard.worker_enrolled(), heard.worker_enrolled(has_kk=False)
    await bank.hear(complete, without_kk)
    (opened,) = await bank.recorded(AccountOpened)
    assert (opened.holder_id, opened.holder) == (complete.worker_id, "member")
    (deferred,) = await bank.recorded(AccountDeferred)
    assert (deferred.worker_id, deferred.missing) == (without_kk.worker_id, ("kk",))
    assert (await bank.replay()).same


async def test_whatever_is_delivered_twice_opens_and_pays_once(bank: Alone) -> None:
    await fill_insurer(bank, 50_000_000)
    worker = heard.worker_enrolled()
    filed = heard.claim_filed(worker.worker_id)
    heir = heard.heir_registered(filed.claim_id, worker.worker_id, account="open-here")
    approved = heard.claim_approved(filed.claim_id, worker.worker_id, heir.party_id)
    events = (worker, filed, heir, approved)
    await bank.hear(*events)
    before = await bank.rows("SELECT count(*) FROM event_log")
    await bank.hear_again()
    for event in events:
        await bank.handle(event)
    assert await bank.rows("SELECT count(*) FROM event_log") == before
    assert len(await bank.recorded(AccountOpened)) == 2
    assert len(await bank.recorded(PayoutSettled)) == 3
    assert (await bank.replay()).same


async def test_the_account_of_a_member_who_died_is_blocked_whichever_is_heard_first(
    bank: Alone,
) -> None:
    early, late = heard.worker_enrolled(), heard.worker_enrolled()
    claims = [heard.claim_filed(each.worker_id) for each in (early, late)]
    await bank.hear(early)
    await bank.hear(*claims)
    assert [b.worker_id for b in await bank.recorded(AccountBlocked)] == [early.worker_id]
    await bank.hear(late)
    blocked = {b.worker_id: b for b in await bank.recorded(AccountBlocked)}
    assert blocked.keys() == {early.worker_id, late.worker_id}
    assert blocked[late.worker_id].claim_id == claims[1].claim_id
    assert blocked[late.worker_id].causation_id == late.event_id
    assert (await bank.replay()).same


async def test_a_second_claim_on_a_member_blocks_nothing_again(bank: Alone) -> None:
    worker = heard.worker_enrolled()
    await bank.hear(worker, heard.claim_filed(worker.worker_id))
    await bank.hear(heard.claim_filed(worker.worker_id))
    assert len(await bank.recorded(AccountBlocked)) == 1


async def test_an_heir_of_two_members_gets_one_account(bank: Alone) -> None:
    party_id = new_id()
    heirs = [
        heard.heir_registered(new_id(), new_id(), party_id=party_id, account="open-here")
        for _ in range(2)
    ]
    await bank.hear(*heirs)
    await bank.hear(heard.heir_registered(new_id(), new_id(), party_id=party_id))
    (opened,) = await bank.recorded(AccountOpened)
    assert (opened.holder_id, opened.holder) == (party_id, "heir")
    assert await bank.rows("SELECT * FROM parked") == []


async def test_an_heir_with_an_account_elsewhere_gets_none_here(bank: Alone) -> None:
    await bank.hear(heard.heir_registered(new_id(), new_id()))
    assert await bank.recorded(AccountOpened) == []


async def test_a_deposit_reaches_the_programmes_account(bank: Alone) -> None:
    await bank.hear(heard.programme_opened())
    province = bank.client("province", area="53", name="bendahara")
    answer = await province.post("/deposits", json=DEPOSIT, headers=key("a"))
    assert answer.status_code == 201
    (deposited,) = await bank.recorded(FundsDeposited)
    assert answer.json() == {
        "programme_id": str(heard.PROGRAMME),
        "transfer_id": str(deposited.transfer.transfer_id),
        "balance": 100_000,
        "invoices_paid": 0,
        "amount_paid": 0,
        "invoices_waiting": 0,
    }
    assert deposited.deposited_by.startswith("bendahara")
    assert await balances(bank) == {TREASURY: -100_000, FUND: 100_000}
    again = await province.post("/deposits", json=DEPOSIT, headers=key("a"))
    assert again.json() == answer.json()
    assert len(await bank.recorded(FundsDeposited)) == 1


async def test_a_document_is_deposited_once_also_under_another_key(bank: Alone) -> None:
    await bank.hear(heard.programme_opened())
    province = bank.client("province", area="53")
    await province.post("/deposits", json=DEPOSIT, headers=key("a"))
    twice = await province.post("/deposits", json=DEPOSIT, headers=key("b"))
    assert (twice.status_code, twice.json()["slug"]) == (409, "document-already-used")
    assert (await balances(bank))[FUND] == 100_000


async def test_twenty_deposits_at_once_all_arrive_and_each_knows_what_is_left(bank: Alone) -> None:
    await bank.hear(heard.programme_opened())
    province = bank.client("province", area="53")
    answers = await asyncio.gather(
        *(
            province.post("/deposits", json=DEPOSIT | {"document": f"SP2D {n}"}, headers=key())
            for n in range(20)
        )
    )
    held = sorted(answer.json()["balance"] for answer in answers)
    assert held == [100_000 * n for n in range(1, 21)]
    left = sorted(each.transfer.debit_balance for each in await bank.recorded(FundsDeposited))
    assert left == [-100_000 * n for n in range(20, 0, -1)]


async def test_a_payment_order_pays_what_the_money_carries_and_the_next_deposit_the_rest(
    bank: Alone,
) -> None:
    first, second = heard.invoice_issued(80_000), heard.invoice_issued(30_000)
    other_month = heard.invoice_issued(1_000, month="2025-08")
    await bank.hear(heard.programme_opened(), first, second, other_month)
    province = bank.client("province", area="53")
    await province.post("/deposits", json=DEPOSIT, headers=key())
    some = (await province.post("/payment-orders", json=ORDER, headers=key())).json()
    paid = {each.invoice_id for each in await bank.recorded(InvoicePaid)}
    (unpaid,) = await bank.recorded(InvoiceUnpaid)
    assert paid | {unpaid.invoice_id} == {first.invoice_id, second.invoice_id}
    assert (some["invoices_paid"], some["invoices_unpaid"]) == (1, 1)
    assert some["amount_paid"] + some["amount_unpaid"] == 110_000
    assert some["balance"] + unpaid.shortfall == some["amount_unpaid"]
    more = DEPOSIT | {"document": "SP2D 3"}
    rest = (await province.post("/deposits", json=more, headers=key())).json()
    assert (rest["invoices_paid"], rest["invoices_waiting"]) == (1, 0)
    assert await balances(bank) == {TREASURY: -200_000, FUND: 90_000, INSURER: 110_000}
    assert (await bank.replay()).same


async def test_an_invoice_that_is_due_earlier_is_paid_first(bank: Alone) -> None:
    later = heard.invoice_issued(100_000)
    earlier = heard.invoice_issued(90_000, due_on=later.due_on.replace(day=1))
    await bank.hear(heard.programme_opened(), later, earlier)
    province = bank.client("province", area="53")
    await province.post("/deposits", json=DEPOSIT, headers=key())
    await province.post("/payment-orders", json=ORDER, headers=key())
    (paid,) = await bank.recorded(InvoicePaid)
    assert paid.invoice_id == earlier.invoice_id


async def test_two_orders_at_once_pay_an_invoice_once(bank: Alone) -> None:
    await bank.hear(heard.programme_opened(), *(heard.invoice_issued(1_000) for _ in range(9)))
    province = bank.client("province", area="53")
    await province.post("/deposits", json=DEPOSIT, headers=key())
    answers = await asyncio.gather(
        *(province.post("/payment-orders", json=ORDER, headers=key()) for _ in range(5))
    )
    slugs = sorted(answer.json().get("slug", "") for answer in answers)
    assert slugs == ["", *["no-invoice-waiting"] * 4]
    assert len(await bank.recorded(InvoicePaid)) == 9
    assert (await balances(bank))[INSURER] == 9_000


async def test_an_order_for_a_month_without_invoices_is_refused(bank: Alone) -> None:
    await bank.hear(heard.programme_opened())
    province = bank.client("province", area="53")
    answer = await province.post("/payment-orders", json=ORDER, headers=key())
    assert (answer.status_code, answer.json()["slug"]) == (409, "no-invoice-waiting")
    assert answer.json()["retryable"] is True


@pytest.mark.parametrize(("route", "body"), [("/deposits", DEPOSIT), ("/payment-orders", ORDER)])
@pytest.mark.parametrize(
    ("role", "area", "programme_id", "status", "slug"),
    [
        ("district", "53", heard.PROGRAMME, 403, "role-not-allowed"),
        ("bank", "53", heard.PROGRAMME, 403, "role-not-allowed"),
        ("province", "52", heard.PROGRAMME, 403, "outside-area"),
        ("province", "53.71", heard.PROGRAMME, 403, "outside-area"),
        ("province", "53", UUID(int=99), 404, "programme-unknown"),
    ],
)
async def test_only_the_province_of_the_programme_moves_its_money(
    bank: Alone,
    route: str,
    body: dict[str, object],
    role: str,
    area: str,
    programme_id: UUID,
    status: int,
    slug: str,
) -> None:
    await bank.hear(heard.programme_opened(), heard.invoice_issued())
    caller = bank.client(role, area=area)
    asked = body | {"programme_id": str(programme_id)}
    answer = await caller.post(route, json=asked, headers=key())
    assert (answer.status_code, answer.json()["slug"]) == (status, slug)
    assert await bank.rows("SELECT * FROM event_log") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": -1},
        {"amount": 0},
        {"amount": 10**15 + 1},
        {"amount": "100000"},
        {"amount": 1.5},
        {"document": ""},
        {"document": "x" * 201},
        {"programme_id": "one"},
        {"color": "red"},
    ],
)
async def test_a_deposit_that_does_not_fit_is_refused(
    bank: Alone, wrong: dict[str, object]
) -> None:
    await bank.hear(heard.programme_opened())
    province = bank.client("province", area="53")
    answer = await province.post("/deposits", json=DEPOSIT | wrong, headers=key())
    assert answer.status_code == 422
    assert await bank.rows("SELECT * FROM event_log") == []


async def test_without_a_token_nothing_is_told_or_done(bank: Alone) -> None:
    anybody = bank.anonymous()
    assert (await anybody.get("/figures", params={"area": "53"})).status_code == 401
    assert (await anybody.post("/deposits", json=DEPOSIT, headers=key())).status_code == 401


async def test_a_benefit_to_an_account_here_arrives_with_the_approval(bank: Alone) -> None:
    await fill_insurer(bank, 50_000_000)
    worker_id, claim_id = new_id(), new_id()
    heir = heard.heir_registered(claim_id, worker_id, account="open-here")
    approved = heard.claim_approved(claim_id, worker_id, heir.party_id)
    await bank.hear(heir, approved)
    ordered = await bank.recorded(PayoutOrdered)
    settled = await bank.recorded(PayoutSettled)
    assert {each.rail for each in ordered} == {"same-bank"}
    assert sum(each.amount for each in settled) == 42_000_000
    assert {each.causation_id for each in settled} == {each.event_id for each in ordered}
    assert {each.correlation_id for each in settled} == {approved.correlation_id}
    held = await balances(bank)
    assert (held[account_of(heir.party_id)], held[INSURER]) == (42_000_000, 8_000_000)
    assert (await bank.replay()).same


async def test_a_benefit_that_the_insurer_cannot_carry_waits_until_it_can(bank: Alone) -> None:
    await fill_insurer(bank, 15_000_000)
    worker = heard.worker_enrolled()
    heir = heard.heir_registered(new_id(), worker.worker_id, account="open-here")
    approved = heard.claim_approved(heir.claim_id, worker.worker_id, heir.party_id)
    await bank.hear(worker, heir, approved)
    await bank.work("payouts")
    auditor = bank.client("auditor", area="53")
    figures = (await auditor.get("/figures", params={"area": "53"})).json()
    assert figures["payouts"] == {"ordered": 2, "submitted": 0, "settled": 1, "failed": 0}
    province = bank.client("province", area="53")
    await bank.hear(heard.invoice_issued(40_000_000))
    more = DEPOSIT | {"amount": 40_000_000, "document": "SP2D 9"}
    await province.post("/deposits", json=more, headers=key())
    await province.post("/payment-orders", json=ORDER, headers=key())
    await bank.work("payouts")
    figures = (await auditor.get("/figures", params={"area": "53"})).json()
    assert figures["payouts"] == {"ordered": 0, "submitted": 0, "settled": 3, "failed": 0}
    assert figures["amount_settled"] == 42_000_000
    assert figures["ledger"]["balanced"] is True
    assert (await bank.replay()).same


async def test_figures_are_those_of_the_area_and_the_ledger_is_the_whole_banks(
    bank: Alone,
) -> None:
    here, deferred = heard.worker_enrolled(), heard.worker_enrolled(has_ktp=False)
    other = heard.worker_enrolled(village_code="53.71.01.1001")
    heir = heard.heir_registered(new_id(), here.worker_id, account="open-here")
    await bank.hear(here, deferred, other)
    await bank.hear(heard.claim_filed(here.worker_id), heir)
    await fill_insurer(bank, 30_000)
    auditor = bank.client("auditor", area="53")
    oebobo = (await auditor.get("/figures", params={"area": "53.71.04"})).json()
    alak = (await auditor.get("/figures", params={"area": "53.71.01"})).json()
    assert oebobo == {
        "area": "53.71.04",
        "accounts_opened": 1,
        "accounts_deferred": 1,
        "accounts_blocked": 1,
        "heir_accounts": 1,
        "invoices_issued": 1,
        "invoices_paid": 1,
        "invoices_unpaid": 0,
        "contributions_paid": 30_000,
        "funds": [{"programme_id": str(heard.PROGRAMME), "name": "Pekerja rentan", "balance": 0}],
        "insurer_balance": 30_000,
        "payouts": {"ordered": 0, "submitted": 0, "settled": 0, "failed": 0},
        "payouts_unknown": 0,
        "amount_settled": 0,
        "ledger": {
            "debits": 60_000,
            "credits": 60_000,
            "sum_of_balances": 0,
            "accounts_off": 0,
            "accounts_overdrawn": 0,
            "balanced": True,
        },
    }
    assert (alak["accounts_opened"], alak["accounts_deferred"], alak["invoices_issued"]) == (
        1,
        0,
        0,
    )


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        ("UPDATE balances SET balance = balance + 1", "accounts_off"),
        ("UPDATE transfers SET amount = amount + 1 WHERE kind = 'deposit'", "accounts_off"),
        ("UPDATE balances SET balance = -1 WHERE balance = 0", "accounts_overdrawn"),
    ],
)
async def test_a_ledger_that_somebody_changed_by_hand_is_not_balanced(
    bank: Alone, change: str, sign: str
) -> None:
    await fill_insurer(bank, 30_000)
    async with bank.units.engine.begin() as connection:
        await connection.exec_driver_sql(change)
    auditor = bank.client("auditor", area="53")
    ledger = (await auditor.get("/figures", params={"area": "53"})).json()["ledger"]
    assert ledger["balanced"] is False
    assert ledger[sign] > 0
    assert not (await bank.replay()).same


@pytest.mark.parametrize(
    ("role", "area", "status"),
    [("bank", "53", 200), ("admin", "53", 200), ("branch", "53", 403), ("auditor", "53.71", 403)],
)
async def test_figures_are_for_the_bank_and_those_above_it(
    bank: Alone, role: str, area: str, status: int
) -> None:
    answer = await bank.client(role, area=area).get("/figures", params={"area": "53"})
    assert answer.status_code == status


async def test_no_personal_data_stands_in_the_banks_log(bank: Alone) -> None:
    await fill_insurer(bank, 50_000_000)
    worker = heard.worker_enrolled()
    heir = heard.heir_registered(new_id(), worker.worker_id)
    await bank.hear(worker, heir)
    await bank.hear(heard.claim_approved(heir.claim_id, worker.worker_id, heir.party_id))
    for row in await bank.rows("SELECT body FROM event_log"):
        assert b"Marselina" not in row["body"]
        assert b"0356789012" not in row["body"]
