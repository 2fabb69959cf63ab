"""The rail simulator's own statement of a day, read by the bank that paid over it."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from tests.alone import Alone, key
from tests.component.bank_fixtures import bank, holder, payout_id, rail, rail_folder, running
from tests.component.bank_neighbors import BENEFIT, finish
from tests.component.rail_process import Rail

__all__ = ["bank", "holder", "payout_id", "rail", "rail_folder", "running"]
JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.mark.parametrize("format_", ["csv", "mt940"])
async def test_the_rails_own_statement_matches(
    bank: Alone, rail: Rail, payout_id: UUID, format_: str
) -> None:
    assert await finish(bank) == "settled"
    day = bank.clock.now().astimezone(JAKARTA).date()
    asked = {"day": str(day), "format": format_}
    moved_on = datetime.now(JAKARTA).date()  # noqa: TID251  (the rail's clock is real)
    told = rail.client.get("/_control/statement", params={**asked, "moved_on": str(moved_on)})
    officer = bank.client("bank", area="53")
    answer = await officer.post(
        "/rail-statements", params=asked, content=told.raise_for_status().content, headers=key()
    )
    assert answer.status_code == 200, answer.text
    standing = answer.json()
    ours = [each for each in (await _differences(bank)) if each["payout_id"] == str(payout_id)]
    assert (ours, standing["matched"]) == ([], 1), told.text
    assert standing["amount"] >= BENEFIT


async def _differences(bank: Alone) -> list[dict[str, object]]:
    answer = await bank.client("auditor", area="53").get("/differences")
    found: list[dict[str, object]] = answer.json()["differences"]
    return found
