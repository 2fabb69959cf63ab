"""A programme with covered members in two villages, and all that is done with their cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.state.unit import EVERYWHERE
from chassis.subject_keys import delete_keys
from contracts.enrollment import WorkerErased
from contracts.types import WorkerId
from tests.alone import MakeAlone, key
from tests.component.enrollment_office import Office, command
from tests.rosters import VILLAGE, Row, row

OTHER_VILLAGE = "53.71.04.1008"
"""Oetete; VILLAGE is Oebobo, in the kecamatan of that name."""
PLACE = "Kantor Lurah Oebobo"


@dataclass
class CardOffice:
    """The offices, a programme, and its covered members."""

    office: Office
    programme_id: UUID

    async def batch(self, village_code: str = VILLAGE) -> dict[str, Any]:
        """Print a village's batch."""
        answer = await self.print(village_code)
        assert answer.status_code == 200, answer.text
        printed: dict[str, Any] = answer.json()
        return printed

    async def print(self, village_code: str, *, name: str | None = None) -> httpx.Response:
        """Ask for a batch; `name` is the idempotency key."""
        asked = {"programme_id": str(self.programme_id), "village_code": village_code}
        return await self.office.branch.post("/card-batches", json=asked, headers=key(name))

    async def cards(self, batch_id: str) -> list[UUID]:
        """The cards of a batch, by number."""
        found = await self.office.alone.rows(
            "SELECT card_id FROM cards WHERE batch_id = :batch_id ORDER BY card_id",
            batch_id=UUID(batch_id),
        )
        return [each["card_id"] for each in found]

    async def printed(self, village_code: str = VILLAGE) -> list[UUID]:
        """The cards of a fresh batch, by number."""
        return await self.cards((await self.batch(village_code))["batch_id"])

    async def deliver(self, card_id: UUID, **changed: str) -> httpx.Response:
        """Hand a card over."""
        asked = {"place": PLACE, "handed_to": "member"} | changed
        path = f"/cards/{card_id}/delivery"
        return await self.office.district.post(path, json=asked, headers=key())

    async def deliver_batch(self, batch_id: str, *, uncollected: Sequence[UUID] = ()) -> Any:
        """Hand over a batch, but for some cards."""
        asked = {"place": PLACE, "except": [str(each) for each in uncollected]}
        path = f"/card-batches/{batch_id}/deliveries"
        return await self.office.district.post(path, json=asked, headers=key())

    async def lose(self, card_id: UUID) -> httpx.Response:
        """Report a card lost."""
        asked = {"reason": "lost at the harbor"}
        return await self.office.branch.post(f"/cards/{card_id}/loss", json=asked, headers=key())

    async def listed(self, what: str, **asked: Any) -> dict[str, Any]:
        """A list of the kota."""
        where = {"programme_id": str(self.programme_id), "area": "53.71"} | asked
        answer = await self.office.branch.get(what, params=where)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def erase(self, worker_id: UUID) -> None:
        """Destroy the key to a member's data, as an erasure does."""
        cause = command()
        async with self.office.alone.units.bulk(area=EVERYWHERE) as unit:
            await delete_keys(unit.session, [worker_id])
            erased = WorkerErased(
                **cause.stamp("erase", at=unit.now), worker_id=WorkerId(worker_id),
                request_id=cause.cause_id, erased_by="an officer",
            )  # fmt: skip
            await unit.record([erased])

    async def covered(self, village_code: str = VILLAGE) -> list[UUID]:
        """The covered members of a village."""
        found = await self.office.alone.rows(
            "SELECT worker_id FROM memberships WHERE village_code = :village_code "
            "AND covered_from IS NOT NULL ORDER BY worker_id",
            village_code=village_code,
        )
        return [each["worker_id"] for each in found]


def neighbor(number: int) -> Row:
    """A worker who lives in the other village."""
    return row(number, kode_wilayah=OTHER_VILLAGE)


@pytest.fixture
async def card_office(alone: MakeAlone) -> CardOffice:
    """Three covered members in Oebobo and two in Oetete; one in Oebobo who is not covered yet."""
    office = Office(await alone("enrollment"))
    programme_id = await office.open()
    await office.enroll(programme_id, [row(3), row(1), row(2), neighbor(4), neighbor(5)])
    await office.bill_and_pay(programme_id, "2025-07")
    await office.enroll(programme_id, [row(6)])
    return CardOffice(office, programme_id)
