"""Batches of cards over HTTP and a real Postgres: printed by village, on paper, listed."""

import asyncio
import csv
import io
from datetime import UTC, date, datetime
from uuid import UUID, uuid5

import httpx
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from contracts.enrollment import CardPrinted, ListExported, PersonalDataRead
from services.enrollment.adapters.card_tokens import CardVerifier
from tests.alone import key
from tests.cards import codes, texts
from tests.component.card_office import (
    OTHER_VILLAGE,
    PLACE,
    CardOffice,
    card_office,
)
from tests.component.enrollment_office import death_verified, said
from tests.rosters import DISTRICT, VILLAGE, row

__all__ = ["card_office"]
SOME = uuid5(UUID(int=0), "some")
FACES = "sheets.pdf"
LIST = "hand-out-list.pdf"


async def paper(cards: CardOffice, batch_id: str, what: str, **asked: str) -> httpx.Response:
    answer = await cards.office.branch.get(f"/card-batches/{batch_id}/{what}", params=asked)
    assert answer.status_code == 200, answer.text
    return answer


async def test_a_village_gets_one_batch_for_its_covered_members(card_office: CardOffice) -> None:
    printed = await card_office.batch()
    assert printed["cards"] == 3
    events = await card_office.office.alone.recorded(CardPrinted)
    assert {(str(e.batch_id), e.village_code) for e in events} == {(printed["batch_id"], VILLAGE)}
    assert {e.printed_by for e in events} == {f"branch of {card_office.office.alone.urls.database}"}
    assert len({e.card_id for e in events}) == len({e.worker_id for e in events}) == 3
    assert {e.worker_id for e in events} == set(await card_office.covered())
    assert (await card_office.office.alone.replay()).same


async def test_whoever_has_a_card_gets_no_other(card_office: CardOffice) -> None:
    await card_office.batch()
    logged = await card_office.office.logged()
    assert await card_office.batch() == {"batch_id": None, "cards": 0}
    assert await card_office.office.logged() == logged


async def test_the_same_request_prints_once(card_office: CardOffice) -> None:
    first = await card_office.print(VILLAGE, name="a")
    again = await card_office.print(VILLAGE, name="a")
    assert first.json() == again.json()
    assert len(await card_office.office.alone.recorded(CardPrinted)) == 3


async def test_two_who_print_at_once_print_one_card_for_each_member(
    card_office: CardOffice,
) -> None:
    answers = await asyncio.gather(*(card_office.print(VILLAGE) for _ in range(4)))
    assert sorted(answer.json()["cards"] for answer in answers) == [0, 0, 0, 3]
    assert len(await card_office.office.alone.recorded(CardPrinted)) == 3


async def test_a_kecamatan_gets_one_batch_for_each_village(card_office: CardOffice) -> None:
    asked = {"programme_id": str(card_office.programme_id), "district_code": DISTRICT}
    answer = await card_office.office.branch.post("/cards/prints", json=asked, headers=key())
    printed = answer.json()
    assert printed["members"] == 5
    assert [(b["village_code"], b["cards"]) for b in printed["batches"]] == [
        (VILLAGE, 3),
        (OTHER_VILLAGE, 2),
    ]
    assert len({b["batch_id"] for b in printed["batches"]}) == 2


async def test_a_member_who_ended_gets_no_card(card_office: CardOffice) -> None:
    dead, *_ = await card_office.covered()
    alone = card_office.office.alone
    await alone.hear(death_verified(alone, dead, died_on=date(2025, 7, 7)))
    assert (await card_office.batch())["cards"] == 2
    assert dead not in {e.worker_id for e in await alone.recorded(CardPrinted)}


async def test_an_unknown_programme_prints_nothing(card_office: CardOffice) -> None:
    unknown = CardOffice(card_office.office, SOME)
    assert said(await unknown.print(VILLAGE)) == (404, "programme-unknown")


async def test_a_sheet_has_a_card_for_each_member_and_phones_read_it(
    card_office: CardOffice,
) -> None:
    batch_id = (await card_office.batch())["batch_id"]
    answer = await paper(card_office, batch_id, FACES, reason="the July batch")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    [page] = texts(answer.content)
    names = [row(number)["nama"] for number in (1, 2, 3)]
    assert [page.index(name) for name in names] == sorted(page.index(name) for name in names)
    assert row(4)["nama"] not in page
    assert page.count("Oebobo") == 2 * 3  # the village, and the kecamatan of its name
    assert page.count("Perlindungan pekerja rentan 2025") == 3
    keys = (await card_office.office.alone.anonymous().get("/cards/public-key")).json()
    found = [CardVerifier(keys).verify(token) for _, token in codes(answer.content)]
    assert [claims.name for claims in found] == names
    kpj = {"2500 0000 001", "2500 0000 002", "2500 0000 003", "2500 0000 004", "2500 0000 005"}
    assert sum(number in page for number in kpj) == 3
    assert {claims.card_id for claims in found} == set(await card_office.cards(batch_id))


async def test_a_batch_is_drawn_the_same_at_any_time(card_office: CardOffice) -> None:
    batch = await card_office.batch()
    before = [await paper(card_office, batch["batch_id"], what) for what in (FACES, LIST)]
    card, *_ = await card_office.cards(batch["batch_id"])
    await card_office.deliver(card)
    await card_office.lose(card)
    card_office.office.alone.clock.set(datetime(2025, 9, 1, tzinfo=UTC))
    after = [await paper(card_office, batch["batch_id"], what) for what in (FACES, LIST)]
    assert [each.content for each in before] == [each.content for each in after]


async def test_every_name_that_is_shown_is_on_record(card_office: CardOffice) -> None:
    batch_id = (await card_office.batch())["batch_id"]
    await paper(card_office, batch_id, FACES, reason="the July batch")
    await paper(card_office, batch_id, LIST)
    readings = await card_office.office.alone.recorded(PersonalDataRead)
    members = {e.worker_id for e in await card_office.office.alone.recorded(CardPrinted)}
    assert len(readings) == 6
    assert {(e.what, e.reason, e.role) for e in readings} == {
        ("card", "the July batch", "branch"),
        ("hand-out list", "handing over of cards", "branch"),
    }
    assert {e.worker_id for e in readings} == members
    (row_,) = await card_office.office.alone.rows("SELECT count(*) AS readings FROM readings")
    assert row_["readings"] == 6
    assert (await card_office.office.alone.replay()).same


async def test_the_list_to_sign_names_each_member_with_the_number(card_office: CardOffice) -> None:
    batch_id = (await card_office.batch())["batch_id"]
    answer = await paper(card_office, batch_id, LIST)
    [page] = texts(answer.content)
    for words in ("Daftar Penyerahan Kartu", batch_id, "7 Juli 2025", "Jumlah kartu 3"):
        assert words in page
    assert all(row(number)["nama"] in page for number in (1, 2, 3))


async def test_the_list_for_a_spreadsheet_tells_what_became_of_each_card(
    card_office: CardOffice,
) -> None:
    batch_id = (await card_office.batch())["batch_id"]
    delivered, lost, waiting = await card_office.cards(batch_id)
    await card_office.deliver(delivered, handed_to="family")
    await card_office.lose(lost)
    answer = await paper(card_office, batch_id, "hand-out-list", format="csv", reason="the desa")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [each["Nama"] for each in rows] == [row(number)["nama"] for number in (1, 2, 3)]
    told = {UUID(each["Nomor kartu"]): each for each in rows}
    assert (told[delivered]["Diserahkan"], told[delivered]["Tempat"]) == ("2025-07-07", PLACE)
    assert told[delivered]["Diterima oleh"] == "keluarga"
    assert (told[lost]["Hilang"], told[lost]["Diserahkan"]) == ("2025-07-07", "")
    assert (told[waiting]["Hilang"], told[waiting]["Diserahkan"]) == ("", "")
    (export,) = await card_office.office.alone.recorded(ListExported)
    assert (export.what, export.reason, export.rows, export.masked) == (
        "hand-out list", "the desa", 3, False,
    )  # fmt: skip
    assert len(await card_office.office.alone.recorded(PersonalDataRead)) == 3


async def test_the_list_comes_as_a_workbook_too(card_office: CardOffice) -> None:
    batch_id = (await card_office.batch())["batch_id"]
    answer = await paper(card_office, batch_id, "hand-out-list", format="xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    first, *others = sheet.iter_rows(values_only=True)
    assert first[:3] == ("No.", "Nama", "KPJ")
    assert [each[:2] for each in others] == [(n, row(n)["nama"]) for n in (1, 2, 3)]
    assert all(str(each[2]).startswith("25000000") for each in others)


async def test_whoever_was_erased_is_left_out(card_office: CardOffice) -> None:
    batch_id = (await card_office.batch())["batch_id"]
    erased, *others = [e.worker_id for e in await card_office.office.alone.recorded(CardPrinted)]
    await card_office.erase(erased)
    answer = await paper(card_office, batch_id, FACES)
    assert len(list(codes(answer.content))) == 2
    assert len(PdfReader(io.BytesIO(answer.content)).pages) == 1
    readings = await card_office.office.alone.recorded(PersonalDataRead)
    assert {e.worker_id for e in readings} == set(others)
    for worker_id in others:
        await card_office.erase(worker_id)
    refused = await card_office.office.branch.get(f"/card-batches/{batch_id}/{FACES}")
    assert said(refused) == (410, "batch-forgotten")


async def test_batches_are_listed_with_what_became_of_their_cards(card_office: CardOffice) -> None:
    here = await card_office.batch(VILLAGE)
    there = await card_office.batch(OTHER_VILLAGE)
    delivered, lost, _ = await card_office.cards(here["batch_id"])
    await card_office.deliver(delivered)
    await card_office.lose(lost)
    await card_office.deliver_batch(there["batch_id"])
    found = (await card_office.listed("/card-batches"))["batches"]
    assert [
        (b["village"], b["state"], b["printed"], b["delivered"], b["lost"], b["waiting"])
        for b in found
    ] == [("Oebobo", "open", 3, 1, 1, 1), ("Oetete", "delivered", 2, 2, 0, 0)]
    for state, batch in (("open", here), ("delivered", there)):
        (only,) = (await card_office.listed("/card-batches", state=state))["batches"]
        assert only["batch_id"] == batch["batch_id"]
    (only,) = (await card_office.listed("/card-batches", area=OTHER_VILLAGE))["batches"]
    assert only["batch_id"] == there["batch_id"]


async def test_batches_come_a_page_at_a_time(card_office: CardOffice) -> None:
    for village in (VILLAGE, OTHER_VILLAGE):
        await card_office.batch(village)
    first = await card_office.listed("/card-batches", limit=1)
    second = await card_office.listed("/card-batches", limit=1, after=first["next_after"])
    third = await card_office.listed("/card-batches", limit=1, after=second["next_after"])
    assert [len(page["batches"]) for page in (first, second, third)] == [1, 1, 0]
    assert first["batches"][0]["village_code"] == VILLAGE
    assert second["batches"][0]["village_code"] == OTHER_VILLAGE
    assert third["next_after"] is None


@pytest.mark.parametrize("after", ["x", f"{VILLAGE}~{'-' * 36}", f"{SOME}"])
async def test_a_page_begins_where_a_page_ended(card_office: CardOffice, after: str) -> None:
    where = {"programme_id": str(SOME), "area": "53.71", "after": after}
    answer = await card_office.office.branch.get("/card-batches", params=where)
    assert said(answer) == (422, "field-invalid")


async def test_a_batch_of_another_area_is_unknown_there(card_office: CardOffice) -> None:
    batch_id = (await card_office.batch())["batch_id"]
    logged = await card_office.office.logged()
    other = card_office.office.alone.client("branch", area="53.13")
    for what in (FACES, LIST, "hand-out-list?format=csv"):
        answer = await other.get(f"/card-batches/{batch_id}/{what}")
        assert said(answer) == (404, "batch-unknown"), what
    asked = {"place": PLACE}
    path = f"/card-batches/{batch_id}/deliveries"
    assert said(await other.post(path, json=asked, headers=key())) == (404, "batch-unknown")
    assert await card_office.office.logged() == logged


async def test_names_are_for_those_who_print_and_hand_over(card_office: CardOffice) -> None:
    batch_id = (await card_office.batch())["batch_id"]
    for role in ("province", "checker", "village", "auditor", "admin", "bank"):
        caller = card_office.office.alone.client(role, area="53")
        for what in (FACES, LIST, "hand-out-list?format=csv"):
            answer = await caller.get(f"/card-batches/{batch_id}/{what}")
            assert said(answer) == (403, "role-not-allowed"), role
    assert await card_office.office.alone.recorded(PersonalDataRead) == []
