"""Claims and the bank as real processes, killed between an approval and the orders to pay it."""

from pathlib import Path

import httpx
import pytest

from contracts.banking import PayoutOrdered
from contracts.claims import ClaimApproved
from tests.alone import MakeAlone
from tests.component.claims_office import Case, an_office
from tests.integration.installation import BACK_WITHIN_S, KILLED, Installation, install
from tests.integration.world import until


async def approve(office: Installation, case: Case) -> httpx.Response:
    path = f"/claims/{case.claim_id}/approval"
    return await office.post(path, {}, name="approved", role="approver")


async def test_an_approval_orders_each_line_once_whoever_dies_between(
    alone: MakeAlone, tmp_path: Path
) -> None:
    claims = await an_office(alone)
    case = await claims.verified()
    office = await install(claims.service, tmp_path)
    prefix = claims.service.running.topics.prefix
    bank = await install(await alone("banking", topic_prefix=prefix), tmp_path)

    async with office.serving("unit.logged:kill") as running:
        with pytest.raises(httpx.TransportError):
            await approve(office, case)
        assert await running.wait() == KILLED
    assert not await claims.service.recorded(ClaimApproved)
    assert (await claims.standing(case.claim_id))["state"] == "verified"

    async with office.serving("unit.committed:kill") as running:
        with pytest.raises(httpx.TransportError):
            await approve(office, case)
        assert await running.wait() == KILLED
    (approved,) = await claims.service.recorded(ClaimApproved)
    before = await office.sent()
    await office.dies("relay.read:kill")
    assert await office.sent() == before
    await office.dies("relay.sent:kill")
    published = await office.sent()
    assert published > before

    await bank.dies("store.handled:kill")
    assert not await bank.alone.recorded(PayoutOrdered)
    await bank.dies("consumer.applied:kill")
    for _ in range(2):
        async with bank.serving(), office.serving():
            again = await approve(office, case)
            await until(lambda: _ordered(bank, len(approved.lines)), limit_s=BACK_WITHIN_S)
        assert again.headers["idempotent-replayed"] == "true"
        ordered = await bank.alone.recorded(PayoutOrdered)
        assert [each.line_id for each in ordered] == [line.line_id for line in approved.lines]
        assert await office.sent() == published
    assert await claims.service.recorded(ClaimApproved) == [approved]


async def _ordered(bank: Installation, lines: int) -> bool:
    return len(await bank.alone.recorded(PayoutOrdered)) >= lines
