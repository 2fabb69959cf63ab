"""The bank's ledger over HTTP: transfers in batches, a hot account, a trial balance.

Kafka and Postgres run on the same two cores, and the service's own relay sends every event: a
measure ends when the last one has left. Two tellers send batches of 10,000 rows, one after the
other. The accounts stand in the tables as events would have put them there; nothing was recorded
for them, so this machine is for measuring only.
"""

import asyncio
import time
from collections.abc import Sequence
from statistics import median
from typing import Any
from uuid import UUID, uuid5

import asyncpg  # type: ignore[import-untyped]

from benchmarks.machines import Bench
from services.banking.rules.ledger import TREASURY, fund_of
from services.banking.rules.transfers import ROWS_MAX
from tameng.demo.day import PROVINCE
from tameng.offices import Office

PROGRAMME = UUID(int=1)
FUND = fund_of(PROGRAMME)
REFERENCES = UUID(int=9)
ACCOUNTS = 100_000
TRANSFERS = 100_000
TRIAL_TRANSFERS = 1_000_000
TELLERS = 2
"""Who send batches at once: while one batch is decided the next is read."""
EACH = 1_000_000
"""What every savings account holds at the beginning, in rupiah."""
FUNDED = 1_000_000_000_000
TIMES = 5
POLL_S = 0.05
Pair = tuple[str, str]

_ACCOUNT = "md5('a' || {0})::uuid"
_OPENED = f"""
    INSERT INTO accounts (account_id, holder_id, holder, product, number, village_code, state,
                          opened_at)
    SELECT {_ACCOUNT.format("n")}, md5('h' || n)::uuid, 'member', 'savings', md5('n' || n),
           '53.71.04.1001', 'active', '2025-07-01'
    FROM generate_series(1, $1::int) AS n"""  # noqa: S608  (the text is above)
_PAID = f"""
    INSERT INTO transfers (transfer_id, kind, reference, debit_account, credit_account, amount,
                           debit_balance, transferred_at, purpose)
    SELECT md5('t' || n)::uuid, 'posting', md5('t' || n)::uuid, $2, {_ACCOUNT.format("n")}, $3, 0,
           '2025-07-01', 'begin'
    FROM generate_series(1, $1::int) AS n"""  # noqa: S608
_DEPOSITED = """
    INSERT INTO transfers (transfer_id, kind, reference, debit_account, credit_account, amount,
                           debit_balance, transferred_at)
    VALUES ($1, 'deposit', $1, $2, $3, $4, -$4::bigint, '2025-07-01')"""
_PROGRAMMES = (
    "INSERT INTO programmes (programme_id, province_code, name) VALUES ($1, '53', 'benchmark')"
)
_FILL: Sequence[tuple[str, tuple[object, ...]]] = (
    (_PROGRAMMES, (PROGRAMME,)),
    (_OPENED, (ACCOUNTS,)),
    (_DEPOSITED, (REFERENCES, TREASURY, FUND, FUNDED)),
    (_PAID, (ACCOUNTS, FUND, EACH)),
)
_MORE = f"""
    INSERT INTO transfers (transfer_id, kind, reference, debit_account, credit_account, amount,
                           debit_balance, transferred_at, purpose)
    SELECT md5('more' || n)::uuid, 'posting', md5('more' || n)::uuid,
           {_ACCOUNT.format("1 + n % $2")}, {_ACCOUNT.format("1 + (n + 1) % $2")}, 1, 0,
           timestamptz '2025-06-01' + n * interval '1 second', 'more'
    FROM generate_series(1, $1::int) AS n"""  # noqa: S608  (the text is above)
_SETTLE = """
    WITH sides AS (
        SELECT credit_account AS account_id, amount FROM transfers
        UNION ALL SELECT debit_account, -amount FROM transfers)
    INSERT INTO balances (account_id, balance)
    SELECT account_id, sum(amount) FROM sides GROUP BY account_id ORDER BY account_id
    ON CONFLICT (account_id) DO UPDATE SET balance = excluded.balance"""
_IDS = f"SELECT {_ACCOUNT.format('n')}::text FROM generate_series(1, $1::int) AS n"  # noqa: S608


async def measure(running: Bench) -> dict[str, float]:
    """Transfers a second among many accounts and from one, and seconds for a trial balance."""
    accounts = await fill(running)
    among = await transfers_per_s(running, accounts)
    hot = await hot_account_transfers_per_s(running, accounts)
    await fill_trial(running)
    return {
        "transfers/s": round(among),
        "hot account transfers/s": round(hot),
        "trial balance s": round(await trial_balance_s(running), 3),
    }


async def transfers_per_s(running: Bench, accounts: Sequence[str]) -> float:
    """Each account pays the next one."""
    pairs = list(zip(accounts, (*accounts[1:], accounts[0]), strict=True))[:TRANSFERS]
    return await _posted_per_s(running, pairs, named="among")


async def hot_account_transfers_per_s(running: Bench, accounts: Sequence[str]) -> float:
    """One fund pays all of them."""
    pairs = [(str(FUND), account) for account in accounts[:TRANSFERS]]
    return await _posted_per_s(running, pairs, named="hot")


async def trial_balance_s(running: Bench) -> float:
    """Of a million transfers and more; the median of a few."""
    auditor = running.office("auditor", "auditor", PROVINCE)
    return median([await _trial_balance_s(auditor) for _ in range(TIMES)])


async def fill(running: Bench) -> list[str]:
    """Put a fund and savings accounts with money into the tables; return the latter's ids."""
    owner = await _owner(running)
    try:
        for statement, values in _FILL:
            await owner.execute(statement, *values)
        await owner.execute(_SETTLE)
        await owner.execute("VACUUM ANALYZE")
        return [row[0] for row in await owner.fetch(_IDS, ACCOUNTS)]
    finally:
        await owner.close()


async def fill_trial(running: Bench) -> None:
    """Put a million transfers more into the tables."""
    owner = await _owner(running)
    try:
        await owner.execute(_MORE, TRIAL_TRANSFERS, ACCOUNTS)
        await owner.execute(_SETTLE)
        await owner.execute("VACUUM ANALYZE")
    finally:
        await owner.close()


async def _posted_per_s(running: Bench, pairs: Sequence[Pair], *, named: str) -> float:
    batches = [
        {"transfers": [_asked(pair, f"{named} {n}") for n, pair in enumerate(rows, start=first)]}
        for first in range(0, len(pairs), ROWS_MAX)
        for rows in (pairs[first : first + ROWS_MAX],)
    ]
    began = time.perf_counter()
    async with asyncio.TaskGroup() as tellers:
        for teller in range(TELLERS):
            tellers.create_task(_post(running, batches[teller::TELLERS], name=f"{named} {teller}"))
    await all_sent(running)
    return len(pairs) / (time.perf_counter() - began)


async def _post(running: Bench, batches: Sequence[dict[str, Any]], *, name: str) -> None:
    teller = running.office(f"teller {name}", "bank", PROVINCE)
    for number, batch in enumerate(batches):
        answer = await teller.post("banking", "/transfer-batches", batch, key=f"{name} {number}")
        assert answer["posted"] == len(batch["transfers"]), answer["refused"][:3]  # noqa: S101  (else nothing is measured)


def _asked(pair: Pair, named: str) -> dict[str, Any]:
    debit, credit = pair
    return {
        "debit_account": debit,
        "credit_account": credit,
        "amount": 1_000,
        "reference": str(uuid5(REFERENCES, named)),
        "purpose": "benchmark",
    }


async def _trial_balance_s(auditor: Office) -> float:
    began = time.perf_counter()
    found = await auditor.get("banking", "/trial-balance")
    took_s = time.perf_counter() - began
    assert found["equal"], found  # noqa: S101  (else nothing is measured)
    assert found["agrees"], found  # noqa: S101
    assert found["transfers"] >= TRIAL_TRANSFERS, found  # noqa: S101
    return took_s


async def all_sent(running: Bench) -> None:
    """Wait until the bank's relay has sent every event."""
    admin = running.office("operator", "admin", PROVINCE)
    while True:
        log = (await admin.get("banking", "/status"))["log"]
        if all(row["head"] == row["sent"] for row in log):
            return
        await asyncio.sleep(POLL_S)


async def _owner(running: Bench) -> Any:  # noqa: ANN401  (asyncpg is not typed)
    environment = running.running.described.environments["banking"]
    return await asyncpg.connect(environment["BANKING_OWNER_DATABASE_URL"].replace("+asyncpg", ""))
