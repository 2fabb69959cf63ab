"""A bank with money, the rail's process, and who holds the keys of heirs.

Import them by name, all of them, and name them in `__all__`: a plugin's would reach other modules.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from chassis.ids import new_id
from tests import bank_events as heard
from tests.alone import Alone, MakeAlone
from tests.component.bank_neighbors import approve, bank_at, give_key, served
from tests.component.rail_process import Rail
from tests.tokens import Issuer


@pytest.fixture(scope="module")
def rail_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rail")


@pytest.fixture(scope="module")
def running(rail_folder: Path) -> Iterator[Rail]:
    rail = Rail(rail_folder)
    yield rail
    rail.close()


@pytest.fixture
def rail(running: Rail) -> Rail:
    """The shared rail, with no instruction left; its book is read from here on."""
    running.client.delete("/_control/instructions").raise_for_status()
    running.book_after = max((line["position"] for line in running.whole_book()), default=0)
    return running


@pytest.fixture
async def holder(alone: MakeAlone) -> Alone:
    """Claims, which gives the bank the keys of heirs."""
    return await alone("claims")


@pytest.fixture
async def bank(
    alone: MakeAlone, holder: Alone, rail: Rail, rail_folder: Path, issuer: Issuer
) -> AsyncIterator[Alone]:
    async with served(holder) as claims_url:
        bank = await bank_at(
            alone,
            rail_url=f"http://127.0.0.1:{rail.port}",
            secret_file=rail_folder / "secret",
            claims_url=claims_url,
            issuer=issuer,
        )
        yield bank
        await bank.running.tools.rail.close()
        await bank.running.tools.payees.close()


@pytest.fixture
async def payout_id(bank: Alone, holder: Alone) -> UUID:
    """A payout of one benefit line to an account at another bank, ordered."""
    heir = heard.heir_registered(new_id(), new_id())
    await give_key(holder, heir.party_id)
    return await approve(bank, heir)
