"""The acts of the province, played through the services' public HTTP interfaces only."""

import asyncio

from tameng import intake
from tameng.demo import programme
from tameng.demo.programme import CONTRIBUTION, MONTHS_PROMISED, Terms
from tameng.demo.province.claims import pay_claims
from tameng.demo.province.deaths import SHARES
from tameng.demo.province.rolls import Roll
from tameng.demo.province.story import Province
from tameng.demo.stage import Act
from tameng.offices import Answer

MONTHS = tuple(SHARES)
NAMES = {"2025-07": "July", "2025-08": "August", "2025-09": "September", "2025-10": "October"}
SENT_AT_ONCE = 3
"""Enrollment checks one roster after the other: the next waits while one is looked at."""
POLL_S = 0.25


async def open_programme(province: Province) -> None:
    """Places for every kabupaten and kota, and the money of six months."""
    heads = {roll.region_code: roll.workers for roll in province.rolls.files}
    money = province.rolls.workers * MONTHS_PROMISED * CONTRIBUTION
    await programme.open_programme(
        province, Terms("Perlindungan pekerja rentan NTT 2025", heads, money)
    )


async def enroll(province: Province) -> None:
    """Each kabupaten sends its roster; a second person, of the province, approves it."""
    done, gate = 0, asyncio.Semaphore(SENT_AT_ONCE)

    async def take_in(roll: Roll) -> None:
        nonlocal done
        async with gate:
            where = intake.Checking(province.programme_id, roll.region_code)
            key = f"roster {roll.region_code}"
            sent = await intake.send(province.district(roll), roll.content, where, key=key)
            await programme.approve(province, sent["roster_id"], where)
        done += roll.workers
        part = done / province.rolls.workers
        province.progress.tell(f"{done:,} taken in", part=part)

    with province.timed("enroll"):
        await asyncio.gather(*(take_in(roll) for roll in province.rolls.files))


async def open_accounts(province: Province) -> None:
    """The bank opens an account for whoever has both papers, and defers the others."""
    with province.timed("accounts"):
        await province.settle()


async def month_of(province: Province, month: str) -> None:
    """The month is billed in every kecamatan, and paid."""
    if month != MONTHS[0]:
        await province.move_to(f"{month}-01")
    with province.timed("billing"):
        await _bill(province, month)
    await province.move_to(f"{month}-03", hour=10)
    with province.timed("paying"):
        await programme.pay(province, month)


async def _bill(province: Province, month: str) -> None:
    branch = province.branch
    ordered = await branch.post(
        "enrollment",
        "/billing-runs",
        {"programme_id": province.programme_id, "month": month},
        key=f"bill {month}",
    )
    while True:
        run: Answer = await branch.get("enrollment", f"/billing-runs/{ordered['run_id']}")
        words = f"{month}: {run['heads']:,} billed in {run['invoices']} kecamatan"
        province.progress.tell(words, part=run["percent"] / 100)
        if run["state"] == "frozen":
            province.invoices += run["invoices"]
            return
        await asyncio.sleep(POLL_S)


def _of(month: str) -> tuple[Act[Province], ...]:
    async def bill_and_pay(province: Province) -> None:
        await month_of(province, month)

    async def serve(province: Province) -> None:
        with province.timed("claims"):
            await pay_claims(province, month)

    return (
        Act(month, f"{NAMES[month]} is billed and paid", bill_and_pay),
        Act(f"{month} claims", f"The families of {NAMES[month]} are served", serve),
    )


ACTS: tuple[Act[Province], ...] = (
    Act("programme", "The province opens the programme", open_programme),
    Act("enrollment", "The rosters are taken in", enroll),
    Act("accounts", "The bank opens accounts", open_accounts),
    *(act for month in MONTHS for act in _of(month)),
)
