"""A bank with a programme's fund and savings accounts, for tests of the ledger."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx

from chassis.ids import new_id
from contracts.banking import AccountActivated, AccountUpgraded
from contracts.types import AccountId, WorkerId
from services.banking.rules.ledger import account_of, fund_of
from tests import bank_events as heard
from tests.alone import Alone, MakeAlone, key

FUND = fund_of(heard.PROGRAMME)
FUNDED = 1_000_000


async def ledger_bank(alone: MakeAlone, *, funded: int = FUNDED) -> Alone:
    """A bank with this much on the programme's fund."""
    bank = await alone("banking")
    await bank.hear(heard.programme_opened())
    await deposit(bank, funded)
    return bank


async def deposit(bank: Alone, amount: int) -> None:
    """More on the programme's fund."""
    province = bank.client("province", area="53")
    money = {"programme_id": str(heard.PROGRAMME), "amount": amount, "document": str(new_id())}
    (await province.post("/deposits", json=money, headers=key())).raise_for_status()


async def savings(bank: Alone, count: int = 1, **changed: Any) -> list[AccountId]:
    """Accounts of members, opened in bulk."""
    workers = [heard.worker_enrolled(**changed) for _ in range(count)]
    await bank.hear(*workers)
    return [account_of(worker.worker_id) for worker in workers]


async def active(bank: Alone, count: int = 1) -> list[AccountId]:
    """Accounts whose holders may use them, of a product without limits."""
    workers = [WorkerId(new_id()) for _ in range(count)]
    await bank.hear(*(heard.worker_enrolled(worker_id) for worker_id in workers))
    for worker_id in workers:
        await activate(bank, worker_id)
    return [account_of(worker_id) for worker_id in workers]


async def activate(bank: Alone, worker_id: UUID) -> None:
    """As if the holder had appeared at the counter, with all papers."""
    held: dict[str, Any] = {"account_id": account_of(worker_id), "holder_id": worker_id}
    async with bank.units.bulk(area="*") as unit:
        await unit.record([
            AccountActivated(**heard.stamp(), **held, activated_by="teller"),
            AccountUpgraded(**heard.stamp(), **held, product="savings", upgraded_by="teller"),
        ])  # fmt: skip


def row(debit: UUID, credit: UUID, amount: int, **changed: Any) -> dict[str, Any]:
    """A transfer to ask for."""
    values = {
        "debit_account": str(debit),
        "credit_account": str(credit),
        "amount": amount,
        "reference": str(new_id()),
        "purpose": "allowance",
    }
    return values | changed


async def batch(bank: Alone, *rows: Mapping[str, Any], named: str | None = None) -> httpx.Response:
    """Send a batch as a teller of the province's bank."""
    teller = bank.client("bank", area="53", name="teller")
    body = {"transfers": list(rows)}
    return await teller.post("/transfer-batches", json=body, headers=key(named))


async def balance_of(bank: Alone, account: UUID) -> tuple[int, int]:
    """What an account holds, and what of it is held."""
    found = await bank.rows(
        "SELECT balance, held FROM balances WHERE account_id = :account", account=account
    )
    return (found[0]["balance"], found[0]["held"]) if found else (0, 0)


async def check_ledger(bank: Alone) -> dict[str, Any]:
    """The trial balance, which is right, and so is a replay."""
    auditor = bank.client("auditor", area="53")
    found: dict[str, Any] = (await auditor.get("/trial-balance")).json()
    assert found["equal"], found
    assert found["agrees"], found
    assert (await bank.replay()).same
    return found
