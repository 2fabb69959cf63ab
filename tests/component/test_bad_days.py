"""Bad days with the rail, by seed: afterwards both books agree, no payee was paid twice, none was
forgotten. `BAD_DAYS=1000` plays so many days, `BAD_DAYS_FIRST` begins at another seed.
"""

import os
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.banking.adapters.breaker import Breaker
from tests.alone import Alone, MakeAlone
from tests.component import bad_days
from tests.component.bank_fixtures import holder, rail, rail_folder, running
from tests.component.bank_neighbors import check_books, deposit, money, served
from tests.component.rail_process import PARTNER, Rail
from tests.tokens import Issuer

__all__ = ["holder", "rail", "rail_folder", "running"]
DAYS = int(os.environ.get("BAD_DAYS", "5"))
FIRST = int(os.environ.get("BAD_DAYS_FIRST", "0"))
DAYS_WITH_ALL = 12
"""So many days leave something of each kind to a person."""
CAPITAL = 1_000_000_000_000
REPLAYED_EVERY = 50


@pytest.fixture
async def bank(
    alone: MakeAlone, holder: Alone, rail: Rail, rail_folder: Path, issuer: Issuer
) -> AsyncIterator[Alone]:
    """A bank with enough money for every day, that waits little for the rail."""
    async with served(holder) as claims_url:
        token_file = rail_folder / "bank.token"
        token_file.write_text(issuer.token(role="bank", area="53", name="banking"))
        bank = await alone(
            "banking",
            rail_url=f"http://127.0.0.1:{rail.port}",
            rail_partner_id=PARTNER,
            rail_secret_file=rail_folder / "secret",
            rail_timeout_s=bad_days.RAIL_TIMEOUT_S,
            claims_url=claims_url,
            token_file=token_file,
        )
        await deposit(bank, CAPITAL, document="SP2D 1")
        bank.running.tools.rail.breaker = Breaker(failures_max=5, rest_s=0.05)
        yield bank
        rail.client.delete("/_control/bad-day").raise_for_status()
        await bank.running.tools.aclose()


async def test_after_every_bad_day_both_books_agree(bank: Alone, holder: Alone, rail: Rail) -> None:
    ended: Counter[str] = Counter()
    met: Counter[str] = Counter()
    async with served(bank) as bank_url:
        for seed in range(FIRST, FIRST + DAYS):
            try:
                await _one_day(bank, holder, rail, seed, bank_url, ended=ended, met=met)
            except BaseException as error:
                error.add_note(f"the bad day of seed {seed}: BAD_DAYS=1 BAD_DAYS_FIRST={seed}")
                raise
            if (seed + 1) % REPLAYED_EVERY == 0:
                await check_books(bank)
                print(f"{seed + 1 - FIRST} days: {dict(ended)} {dict(met)}", flush=True)
    await check_books(bank)
    assert ended["settled"] > ended["failed"] > 0
    if DAYS >= DAYS_WITH_ALL:
        assert met["outcome-unknown"] > 0
        assert met["amount-differs"] > 0


async def _one_day(
    bank: Alone,
    holder: Alone,
    rail: Rail,
    seed: int,
    bank_url: str,
    *,
    ended: Counter[str],
    met: Counter[str],
) -> None:
    day = bad_days.weather(seed, call_back_url=f"{bank_url}/rail/call-backs")
    rail.client.put("/_control/bad-day", json=day).raise_for_status()
    rail.book_after = max((line["position"] for line in rail.book()), default=rail.book_after)
    before = await money(bank)
    ordered = await bad_days.order(bank, holder, seed)
    await bad_days.work(bank, ordered.claims, seed)
    await bad_days.rail_is_done(rail)
    moved = bad_days.statement(rail)
    met.update(await bad_days.resolve(bank, ordered.claims, moved))
    ended.update(await bad_days.compare(bank, rail, ordered, before))
