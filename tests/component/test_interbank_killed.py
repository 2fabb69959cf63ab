"""kill -9 of a process of the bank in the middle of a portion: each payout is paid once."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from chassis.ids import new_id
from contracts.banking import PayoutSettled
from tests import bank_events as heard
from tests.alone import Alone
from tests.component.bank_fixtures import bank, holder, payout_id, rail, rail_folder, running
from tests.component.bank_neighbors import (
    CAPITAL,
    IMPATIENT,
    approve,
    check_books,
    give_key,
    money,
    way_out,
)
from tests.component.rail_process import Rail

__all__ = ["bank", "holder", "payout_id", "rail", "rail_folder", "running"]
ROOT = Path(__file__).parents[2]
PAYOUTS = 6
EACH = 1_000_000
PLACES = ("payout.leaves", "payout.answered", "log.numbered", "unit.logged", "unit.committed")
"""Before the transfers leave; after the rail answered the first; around the commits."""


def told(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


async def killed_at(bank: Alone, place: str) -> int:
    """Run a process of the bank until it kills itself there; tell how it ended."""
    settings = {name: told(value) for name, value in bank.running.settings}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.component.interbank_process",
        cwd=ROOT,
        env={**os.environ, "FAILPOINTS": f"{place}:kill"},
        stdin=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(60):
        await process.communicate(json.dumps(settings, default=str).encode())
    assert process.returncode is not None
    return process.returncode


@pytest.mark.parametrize("place", PLACES)
async def test_a_portion_whose_process_is_killed_is_paid_once(
    bank: Alone, holder: Alone, rail: Rail, place: str
) -> None:
    ids: list[UUID] = []
    for _ in range(PAYOUTS):
        heir = heard.heir_registered(new_id(), new_id())
        await give_key(holder, heir.party_id)
        ids.append(await approve(bank, heir, amount=EACH))
    assert await killed_at(bank, place) == -signal.SIGKILL
    assert await bank.recorded(PayoutSettled) == []
    if place == "payout.answered":
        assert rail.moved() > 0  # money moved, and no answer was recorded
    for _ in range(100):
        await way_out(bank).step()
        if len(await bank.recorded(PayoutSettled)) == PAYOUTS:
            break
        await asyncio.sleep(IMPATIENT.lease_s / 10)
    book = rail.book()
    assert sorted(line["partnerReferenceNo"] for line in book) == sorted(i.hex for i in ids)
    assert rail.moved() == PAYOUTS * EACH
    assert await money(bank) == (CAPITAL - PAYOUTS * EACH, 0, PAYOUTS * EACH)
    await check_books(bank)
