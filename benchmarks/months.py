"""Some months of a programme through all services: logs worth replaying.

A roster, accounts, cards; then each month billed everywhere and paid by the fund.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from benchmarks.machines import Bench
from benchmarks.pipeline import SEED, open_programme
from chassis.clock import move
from chassis.local_time import WITA
from tameng import drain, intake
from tameng.demo.day import CITY, PROVINCE
from tameng.demo.roster import large
from tameng.offices import Office

MONTHS = ("2025-07", "2025-08", "2025-09", "2025-10", "2025-11", "2025-12")
DEPOSIT = 20_000_000_000
POLL_S = 0.2


async def lived(running: Bench, *, workers: int, months: Sequence[str] = MONTHS) -> None:
    """The events of so many members and months, all of them applied by every reader."""
    programme_id = await open_programme(running, heads=workers)
    district = running.office("district", "district", CITY)
    checker = running.office("checker", "checker", PROVINCE)
    province = running.office("province", "province", PROVINCE)
    where = intake.Checking(programme_id, CITY)
    content = await asyncio.to_thread(large, workers, seed=SEED, on=date(2025, 7, 1))
    sent = await intake.send(district, content, where, key="roster")
    await intake.approve(checker, sent["roster_id"], where)
    await settled(running)
    deposit = {"programme_id": programme_id, "amount": DEPOSIT, "document": "benchmark"}
    await province.post("banking", "/deposits", deposit, key="deposit")
    for month in months:
        await _month(running, programme_id, month)


async def _month(running: Bench, programme_id: str, month: str) -> None:
    branch = running.office("branch", "branch", PROVINCE)
    province = running.office("province", "province", PROVINCE)
    clock_file = Path(running.running.described.clock_file or "")
    year, number = map(int, month.split("-"))
    move(clock_file, datetime(year, number, 2, 9, tzinfo=WITA))
    of_month = {"programme_id": programme_id, "month": month}
    ordered = await branch.post("enrollment", "/billing-runs", of_month, key=f"bill {month}")
    await _frozen(branch, ordered["run_id"])
    await settled(running)
    order = of_month | {"payment_order": f"SP2D {month}"}
    await province.post("banking", "/payment-orders", order, key=f"pay {month}")
    await settled(running)


async def _frozen(branch: Office, run_id: str) -> None:
    while True:
        standing = await branch.get("enrollment", f"/billing-runs/{run_id}")
        if standing["state"] == "frozen":
            return
        await asyncio.sleep(POLL_S)


async def settled(running: Bench) -> None:
    """Every event was applied by every reader."""
    await drain.drained(running.office("operator", "admin", PROVINCE))
