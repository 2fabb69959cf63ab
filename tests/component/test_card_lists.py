"""Lists of cards over HTTP and a real Postgres: late ones, those of a member; who may see which."""

import csv
import io
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import pytest

from chassis.state.unit import EVERYWHERE
from chassis.web.access import Caller
from chassis.web.problems import OutsideArea
from contracts.enrollment import CardPrinted, WorkerAmended, WorkerEnrolled
from services.enrollment.operations.cards.held import (
    BatchUnknown,
    held_batch,
    held_card,
    seen_batch,
    seen_card,
)
from tests.alone import key
from tests.component.card_office import OTHER_VILLAGE, PLACE, CardOffice, card_office
from tests.component.enrollment_office import command, said
from tests.rosters import REGION, VILLAGE

__all__ = ["card_office"]
SOME = uuid5(UUID(int=0), "some")
MONDAY_AFTER = datetime(2025, 7, 14, 1, tzinfo=UTC)
"""A week after the cards were printed: five working days."""


async def test_undelivered_cards_are_listed_with_the_working_days_they_are_late(
    card_office: CardOffice,
) -> None:
    delivered, lost, waiting = await card_office.printed()
    await card_office.deliver(delivered)
    await card_office.lose(lost)
    (there, _) = await card_office.printed(OTHER_VILLAGE)
    for day, over in ((10, 0), (11, 1), (13, 1), (14, 2)):
        card_office.office.alone.clock.set(datetime(2025, 7, day, 1, tzinfo=UTC))
        late = await card_office.listed("/cards/undelivered")
        assert [each["days_over"] for each in late["cards"]] == [over] * 3
    first, second, _ = (await card_office.listed("/cards/undelivered"))["cards"]
    assert (first["card_id"], first["village"], first["due_on"]) == (
        str(waiting), "Oebobo", "2025-07-10",
    )  # fmt: skip
    assert (second["card_id"], second["village_code"]) == (str(there), OTHER_VILLAGE)
    for days, count in ((2, 3), (3, 0)):
        late = await card_office.listed("/cards/undelivered", days=days)
        assert len(late["cards"]) == count


async def test_undelivered_cards_come_in_pages_and_whole_for_a_spreadsheet(
    card_office: CardOffice,
) -> None:
    for village in (VILLAGE, OTHER_VILLAGE):
        await card_office.batch(village)
    card_office.office.alone.clock.set(MONDAY_AFTER)
    page = await card_office.listed("/cards/undelivered", limit=2)
    paged = [each["card_id"] for each in page["cards"]]
    while page["next_after"] is not None:
        where = {"limit": 2, "after": page["next_after"]}
        page = await card_office.listed("/cards/undelivered", **where)
        paged += [each["card_id"] for each in page["cards"]]
    assert len(paged) == 5
    whole = (await card_office.listed("/cards/undelivered"))["cards"]
    assert paged == [each["card_id"] for each in whole]
    where = {"programme_id": str(card_office.programme_id), "area": REGION, "format": "csv"}
    sheet = await card_office.office.branch.get("/cards/undelivered/sheet", params=where)
    rows = list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig")), delimiter=";"))
    assert [each["Nomor kartu"] for each in rows] == paged
    assert {each["Hari kerja terlambat"] for each in rows} == {"2"}
    assert {each["Kecamatan"] for each in rows} == {"Oebobo"}


async def test_members_without_a_card_are_listed_when_it_is_overdue(
    card_office: CardOffice,
) -> None:
    (lost, *_) = await card_office.printed(OTHER_VILLAGE)
    alone = card_office.office.alone
    alone.clock.set(datetime(2025, 7, 16, 1, tzinfo=UTC))
    await card_office.lose(lost)
    assert (await card_office.listed("/cards/unprinted"))["members"] == []
    assert len((await card_office.listed("/cards/unprinted", days=0))["members"]) == 4
    alone.clock.set(datetime(2025, 7, 18, 1, tzinfo=UTC))
    found = (await card_office.listed("/cards/unprinted"))["members"]
    assert {each["worker_id"] for each in found} == set(map(str, await card_office.covered()))
    assert {(each["due_on"], each["days_over"], each["replaces"]) for each in found} == {
        ("2025-07-16", 2, None)
    }
    alone.clock.set(datetime(2025, 7, 28, 1, tzinfo=UTC))
    replaced = (await card_office.listed("/cards/unprinted"))["members"][-1]
    assert (replaced["replaces"], replaced["due_on"], replaced["days_over"]) == (
        str(lost), "2025-07-25", 1,
    )  # fmt: skip
    where = {"programme_id": str(card_office.programme_id), "area": REGION, "format": "csv"}
    sheet = await card_office.office.branch.get("/cards/unprinted/sheet", params=where)
    assert len(sheet.text.splitlines()) == 1 + 4


async def test_the_cards_of_a_member_are_told_without_the_name(card_office: CardOffice) -> None:
    await card_office.printed()
    event = (await card_office.office.alone.recorded(CardPrinted))[0]
    assert event.card_id is not None
    await card_office.lose(event.card_id)
    await card_office.batch()
    where = {"worker_id": str(event.worker_id)}
    answer = await card_office.office.district.get("/cards", params=where)
    old, new = answer.json()["cards"]
    assert (old["state"], old["lost_reason"]) == ("lost", "lost at the harbor")
    assert (new["state"], new["replaces"], new["good"]) == ("printed", old["card_id"], True)
    assert "Yohanes" not in answer.text
    nobody = await card_office.office.district.get("/cards", params={"worker_id": str(SOME)})
    assert nobody.json() == {"cards": []}


async def test_cards_of_another_area_are_unknown_there(card_office: CardOffice) -> None:
    card, *_ = await card_office.printed()
    event = (await card_office.office.alone.recorded(CardPrinted))[0]
    logged = await card_office.office.logged()
    other = card_office.office.alone.client("district", area="53.13")
    for answer in (
        await other.get(f"/cards/{card}"),
        await other.post(
            f"/cards/{card}/delivery", json={"place": PLACE, "handed_to": "member"}, headers=key()
        ),
        await other.post(f"/cards/{card}/loss", json={"reason": "x"}, headers=key()),
        await card_office.deliver(SOME),
        await card_office.lose(SOME),
    ):
        assert said(answer) == (404, "card-unknown")
    found = await other.get("/cards", params={"worker_id": str(event.worker_id)})
    assert found.json() == {"cards": []}
    assert await card_office.office.logged() == logged


LISTS = ("/card-batches", "/cards/undelivered", "/cards/undelivered/sheet", "/cards/unprinted")


@pytest.mark.parametrize("path", LISTS)
async def test_lists_are_for_offices_and_their_areas(card_office: CardOffice, path: str) -> None:
    where = {"programme_id": str(SOME), "area": "53.71", "format": "csv"}
    other = card_office.office.alone.client("branch", area="53.13")
    assert said(await other.get(path, params=where)) == (403, "outside-area")
    bank = card_office.office.alone.client("bank", area="53")
    assert said(await bank.get(path, params=where)) == (403, "role-not-allowed")
    auditor = card_office.office.alone.client("auditor", area="53")
    assert (await auditor.get(path, params=where)).status_code == 200


async def test_only_branch_and_district_hand_over_and_take_losses(card_office: CardOffice) -> None:
    commands: list[tuple[str, dict[str, Any]]] = [
        (f"/cards/{SOME}/delivery", {"place": PLACE, "handed_to": "member"}),
        (f"/card-batches/{SOME}/deliveries", {"place": PLACE}),
        (f"/cards/{SOME}/loss", {"reason": "x"}),
    ]
    for role in ("province", "village", "auditor", "bank"):
        caller = card_office.office.alone.client(role, area="53")
        for path, asked in commands:
            answer = await caller.post(path, json=asked, headers=key())
            assert said(answer) == (403, "role-not-allowed")
    asked = {"programme_id": str(SOME), "village_code": VILLAGE}
    answer = await card_office.office.district.post("/card-batches", json=asked, headers=key())
    assert said(answer) == (403, "role-not-allowed")
    elsewhere = asked | {"village_code": "53.13.01.1001"}
    answer = await card_office.office.branch.post("/card-batches", json=elsewhere, headers=key())
    assert said(answer) == (403, "outside-area")


async def test_the_service_keeps_to_the_area_without_the_policies_too(
    card_office: CardOffice,
) -> None:
    batch_id = UUID((await card_office.batch())["batch_id"])
    (card, *_) = await card_office.cards(str(batch_id))
    other = Caller("an officer", "district", "53.13")
    async with card_office.office.alone.units.bulk(area=EVERYWHERE) as unit:
        for of_card in (held_card, seen_card):
            with pytest.raises(OutsideArea):
                await of_card(unit.session, card, by=other)
        for of_batch in (held_batch, seen_batch):
            with pytest.raises(BatchUnknown):
                await of_batch(unit.session, batch_id, by=other)


async def test_the_card_of_a_member_who_moves_is_chased_where_he_lives_now(
    card_office: CardOffice,
) -> None:
    await card_office.batch()
    alone = card_office.office.alone
    event = (await alone.recorded(CardPrinted))[0]
    (who,) = (e for e in await alone.recorded(WorkerEnrolled) if e.worker_id == event.worker_id)
    cause = command()
    async with alone.units.bulk(area=EVERYWHERE) as unit:
        moved = WorkerAmended(
            **cause.stamp("amend", at=unit.now), worker_id=who.worker_id,
            request_id=cause.cause_id, fields=("kode_wilayah",), village_code=OTHER_VILLAGE,
            has_ktp=True, has_kk=True, before=who.identity, after=who.identity,
            amended_by="an officer",
        )  # fmt: skip
        await unit.record([moved])
    where = [c["village"] for c in (await card_office.listed("/cards/undelivered"))["cards"]]
    assert where == ["Oebobo", "Oebobo", "Oetete"]
    (batch,) = (await card_office.listed("/card-batches"))["batches"]
    assert (batch["village"], batch["printed"]) == ("Oebobo", 3)
