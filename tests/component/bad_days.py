"""A bad day of a bank with the rail: its troubles and its payouts, all by seed."""

import asyncio
import csv
import io
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.sealing import KeyWrap
from chassis.state.unit import EVERYWHERE
from chassis.subject_keys import keep_keys
from services.banking.rules.submissions import Patience
from simulators.rail.bad_day import CallBackTrouble, Trouble
from tests import bank_events as heard
from tests.alone import Alone, key
from tests.component.bank_neighbors import money, way_out
from tests.component.rail_process import Rail

RAIL_TIMEOUT_S = 0.25
PATIENCE = Patience(
    lease_s=1.3,
    dialog_s=1.2,
    tries_max=6,
    back_off_first_s=0.02,
    back_off_max_s=0.1,
    put_off_s=0.05,
    taking_s=1.0,
)
"""Asks often and gives up soon, because tests do not wait."""
TROUBLED = 0.75
WRONG_AMOUNTS = 0.05
AMOUNT_MAX = 42_000_000
BANKS = ("002", "008", "009", "014", "022", "451")
BENEFITS = ("lump-sum", "periodic", "funeral")
DAY_S_MAX = 60.0
JAKARTA = ZoneInfo("Asia/Jakarta")
CONFLICT = 409


def weather(seed: int, *, call_back_url: str) -> dict[str, Any]:
    """What the rail does on this day."""
    chance = Random(f"weather {seed}")
    weights = {trouble.value: chance.random() ** 2 for trouble in Trouble}
    scale = TROUBLED / sum(weights.values())
    day: dict[str, Any] = {
        "seed": seed,
        "shares": {name: weight * scale for name, weight in weights.items()},
        "wrongAmountMoved": chance.choice((0, 0, 0, WRONG_AMOUNTS)),
        "delay": {"lowS": 0.02, "highS": 1.5 * RAIL_TIMEOUT_S},
        "latency": {"medianS": 0.003, "sigma": 1.0, "maxS": 2 * RAIL_TIMEOUT_S},
        "outages": [_outage(chance)] if chance.random() < 0.3 else [],
    }
    if chance.random() < 0.6:
        calls = {trouble.value: 0.9 / len(CallBackTrouble) for trouble in CallBackTrouble}
        day |= {"callBackUrl": call_back_url, "callBacks": calls}
    return day


def _outage(chance: Random) -> dict[str, Any]:
    how = chance.choice(("cut", "unavailable"))
    if chance.random() < 0.5:
        return {"unit": "seconds", "after": 0.1 * chance.random(), "lasts": 0.4, "how": how}
    return {
        "unit": "requests",
        "after": chance.randint(0, 10),
        "lasts": chance.randint(3, 12),
        "how": how,
    }


@dataclass(frozen=True)
class Ordered:
    """What must come out at the end: so much for each of these references, or nothing."""

    amounts: dict[str, int]
    claims: Sequence[UUID]


async def order(bank: Alone, holder: Alone, seed: int) -> Ordered:
    """Have six to twelve benefit lines approved, for payees at other banks."""
    chance = Random(f"payouts {seed}")
    wrap: KeyWrap = holder.running.tools.identities.wrap
    lines, claims, events, keys = chance.randint(6, 12), [], [], {}
    while lines > 0:
        claim_id, worker_id, party_id = (UUID(int=chance.getrandbits(128)) for _ in range(3))
        benefits = BENEFITS[: min(lines, chance.randint(1, 3))]
        lines -= len(benefits)
        amounts = {benefit: chance.randint(1, AMOUNT_MAX) for benefit in benefits}
        identity = heard.HeirIdentity(
            bank_code=chance.choice(BANKS), account_number=f"{chance.randrange(10**10, 10**11)}"
        )
        heir = heard.heir_registered(claim_id, worker_id, identity, party_id=party_id)
        approved = heard.claim_approved(claim_id, worker_id, party_id, amounts)
        events += [heard.worker_enrolled(worker_id), heir, approved]
        keys[party_id] = wrap.wrap(party_id, heard.KEY)
        claims.append(claim_id)
    async with holder.units.single(area=EVERYWHERE) as unit:
        await keep_keys(unit.session, keys, at=unit.now)
    await bank.hear(*events)
    rows = await standing(bank, claims)
    return Ordered({row["reference"]: row["amount"] for row in rows}, claims)


async def standing(bank: Alone, claims: Sequence[UUID]) -> list[dict[str, Any]]:
    """How the bank's payouts of these claims stand."""
    return await bank.rows(
        "SELECT replace(payout_id::text, '-', '') AS reference, payout_id, amount, state, "
        "stopped_reason FROM payouts WHERE claim_id = ANY(:claims)",
        claims=list(claims),
    )


async def work(bank: Alone, claims: Sequence[UUID], seed: int) -> None:
    """Let the bank work until nothing is open but what a person has to look at. On some days its
    process dies in the middle, and another goes on.
    """
    chance = Random(f"work {seed}")
    dies_after_s = chance.uniform(0.01, 0.3) if chance.random() < 0.2 else None
    async with asyncio.timeout(DAY_S_MAX):
        if dies_after_s is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(way_out(bank, PATIENCE).step(), dies_after_s)
        process = way_out(bank, PATIENCE)
        while not all(is_left(row) for row in await standing(bank, claims)):
            if not await process.step():
                await asyncio.sleep(0.02)


def is_left(row: dict[str, Any]) -> bool:
    """Whether the bank does nothing more for a payout by itself."""
    return row["state"] in {"settled", "failed"} or row["stopped_reason"] is not None


async def rail_is_done(rail: Rail) -> None:
    """Wait until every transfer in the rail's book has its outcome."""
    async with asyncio.timeout(DAY_S_MAX):
        while any(
            datetime.fromisoformat(line["finalAt"]) > datetime.now(UTC)  # noqa: TID251  (the rail's)
            for line in rail.book()
        ):
            await asyncio.sleep(0.05)


def statement(rail: Rail) -> dict[str, int]:
    """What moved in the last two days as the rail's statements tell it: rupiah by reference."""
    today = datetime.now(JAKARTA).date()  # noqa: TID251  (the rail's day)
    moved: Counter[str] = Counter()
    for day in (today.fromordinal(today.toordinal() - 1), today):
        answer = rail.client.get("/_control/statement", params={"day": day.isoformat()})
        for row in csv.DictReader(io.StringIO(answer.raise_for_status().text)):
            moved[row["partner_reference"]] += int(row["amount"].removesuffix(".00"))
    return dict(moved)


async def resolve(bank: Alone, claims: Sequence[UUID], moved: dict[str, int]) -> Counter[str]:
    """Two officers of the bank end what is in the queue by the rail's statement."""
    maker, checker = (bank.client("bank", area="53", name=name) for name in ("maker", "checker"))
    resolved: Counter[str] = Counter()
    for row in await standing(bank, claims):
        if row["state"] in {"settled", "failed"}:
            continue
        outcome = "arrived" if row["reference"] in moved else "not-arrived"
        path = f"/payouts/{row['payout_id']}/outcome"
        proposal = {"outcome": outcome, "evidence": "statement of the rail"}
        said = await maker.post(path, json=proposal, headers=key())
        if said.is_success:
            again = {"outcome": outcome}
            said = await checker.post(f"{path}/confirmation", json=again, headers=key())
        if said.status_code == CONFLICT and said.json()["slug"] == "outcome-not-in-question":
            continue  # a late call-back was faster; the books are compared all the same
        said.raise_for_status()
        resolved[row["stopped_reason"]] += 1
    return resolved


async def compare(
    bank: Alone, rail: Rail, ordered: Ordered, before: tuple[int, int, int]
) -> Counter[str]:
    """Fail unless both books agree on each payout of the day, and all money is where it belongs;
    tell how the payouts ended.
    """
    book = {line["partnerReferenceNo"]: line for line in rail.book()}
    mine = {row["reference"]: row for row in await standing(bank, ordered.claims)}
    assert set(book) <= set(mine) == set(ordered.amounts)
    paid_to: Counter[str] = Counter()
    for reference, row in mine.items():
        told = book.get(reference)
        moved = told["movedRupiah"] if told else 0
        errs = told is not None and told["behavior"] == "wrong-amount-moved"
        assert row["state"] == ("settled" if moved else "failed"), (row, told)
        assert moved in {0, row["amount"]} or errs, (row, told)
        paid_to[row["state"]] += row["amount"]
    fell_by, clearing, rose_by = (
        now - then for now, then in zip(await money(bank), before, strict=True)
    )
    assert (-fell_by, clearing, rose_by) == (paid_to["settled"], 0, paid_to["settled"])
    return Counter(row["state"] for row in mine.values())
