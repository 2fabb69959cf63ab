"""A bank whose rail answers whatever a test wants.

Import them by name, all of them, and name them in `__all__`: a plugin's would reach other modules.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from chassis.ids import new_id
from tests import bank_events as heard
from tests.alone import Alone, MakeAlone
from tests.component.bank_neighbors import approve, bank_at, give_key, served
from tests.component.odd_rail import OddRail, odd_rail
from tests.component.rail_process import SECRET
from tests.tokens import Issuer


@pytest.fixture
async def odd() -> AsyncIterator[OddRail]:
    async with odd_rail() as rail:
        yield rail


@pytest.fixture
async def holder(alone: MakeAlone) -> Alone:
    """Claims, which gives the bank the keys of heirs."""
    return await alone("claims")


@pytest.fixture
async def bank(
    alone: MakeAlone, holder: Alone, odd: OddRail, tmp_path: Path, issuer: Issuer
) -> AsyncIterator[Alone]:
    (tmp_path / "secret").write_bytes(SECRET)
    async with served(holder) as claims_url:
        yield await bank_at(
            alone,
            rail_url=odd.url,
            secret_file=tmp_path / "secret",
            claims_url=claims_url,
            issuer=issuer,
        )


@pytest.fixture
async def payout_id(bank: Alone, holder: Alone) -> UUID:
    """A payout of one benefit line to an account at another bank, ordered."""
    heir = heard.heir_registered(new_id(), new_id())
    await give_key(holder, heir.party_id)
    return await approve(bank, heir)
