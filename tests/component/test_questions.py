"""The auditor's questions: silent on a clean life, and each finds what was planted for it."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from openpyxl import load_workbook

from contracts.enrollment import ListExported, WorkerEnrolled
from services.enrollment.queries.questions import QUESTIONS
from tests.alone import MakeAlone, key
from tests.component import lives
from tests.component.enrollment_office import MONTH, Office, death_verified, office, said
from tests.component.planted_violations import FIRST, MEMBERS, PLANTED, Planted, plant
from tests.prepared import Prepared
from tests.rosters import DISTRICT, REGION, row, rows

__all__ = ["office"]


@pytest.fixture
async def clean(office: Office, prepared: Prepared) -> Office:
    """With `some_members`."""
    await prepared(office.alone, some_members, office)
    return office


async def some_members(office: Office) -> None:
    """Some members, one month billed by a run and paid."""
    programme = await office.open(quotas=[{"region_code": REGION, "heads": MEMBERS}])
    await office.enroll(programme, rows(1, MEMBERS))
    await office.bill_and_pay(programme, "2025-07")


async def ask(office: Office, name: str, **about: Any) -> dict[str, Any]:
    """The answer that an auditor of the province gets."""
    auditor = office.alone.client("auditor", area="53")
    answer = await auditor.get(f"/questions/{name}", params=about)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("planted", PLANTED, ids=[f"{p.name}: {p.what}" for p in PLANTED])
async def test_a_question_finds_what_was_planted_for_it(clean: Office, planted: Planted) -> None:
    assert (await ask(clean, planted.name))["verdict"] == "ok"
    await plant(clean.alone, *planted.statements)
    answer = await ask(clean, planted.name)
    assert answer["findings"] == planted.findings
    assert answer["verdict"] == f"{planted.findings} finding{'s' * (planted.findings > 1)}"
    found = [each for each in answer["rows"] if each["finding"]]
    assert any(planted.shown.items() <= each.items() for each in found), found


def test_every_question_has_a_violation_planted_for_it() -> None:
    assert {each.name for each in PLANTED} == set(QUESTIONS)


@pytest.fixture
async def lived(alone: MakeAlone) -> Office:
    """Some months of enrollment as they should be."""
    return Office(await lives.quiet_enrollment(alone))


async def test_a_clean_life_answers_every_question_with_ok(lived: Office) -> None:
    answers = {name: await ask(lived, name) for name in QUESTIONS}
    assert {name: each["verdict"] for name, each in answers.items()} == dict.fromkeys(
        QUESTIONS, "ok"
    )
    asked = await lived.alone.recorded(ListExported)
    assert [each.what for each in asked] == [f"question {name}" for name in QUESTIONS]
    assert {(each.reason, each.masked) for each in asked} == {("audit", True)}
    assert [each.rows for each in asked] == [len(each["rows"]) for each in answers.values()]
    assert (await lived.alone.replay()).same


async def test_a_question_is_asked_about_a_programme_a_month_an_area(lived: Office) -> None:
    whole = (await ask(lived, "amounts"))["rows"]
    assert sorted(each["month"] for each in whole) == ["2025-07", "2025-08", "2025-08"]
    programme_id = next(each["programme_id"] for each in whole if each["month"] == "2025-07")
    about = {"programme_id": programme_id, "month": "2025-08", "area": DISTRICT}
    narrow = (await ask(lived, "amounts", **about))["rows"]
    assert narrow == [
        each for each in whole if (each["programme_id"], each["month"]) == (programme_id, "2025-08")
    ]
    assert (await ask(lived, "amounts", area="53.13"))["rows"] == []


async def test_an_area_learns_nothing_of_another(lived: Office) -> None:
    stranger = lived.alone.client("auditor", area="53.13")
    for name in QUESTIONS:
        for each in (await stranger.get(f"/questions/{name}")).json()["rows"]:
            places = [value for key, value in each.items() if key.endswith("_code")]
            assert not any(str(place).startswith(REGION) for place in places), (name, each)
            assert "worker_id" not in each, (name, each)
            assert each.get("reserved", 0) == each.get("billed", 0) == 0, (name, each)
    bali = lived.alone.client("province", area="51")
    for name in QUESTIONS:
        assert (await bali.get(f"/questions/{name}")).json()["rows"] == [], name
        outside = await bali.get(f"/questions/{name}", params={"area": "53"})
        assert said(outside) == (403, "outside-area")


async def test_a_death_that_is_told_late_shows_the_credit_that_is_due(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(1, 3))
    for month in (7, 8, 9):
        office.alone.clock.set(datetime(2025, month, 4, tzinfo=UTC))
        await office.bill_and_pay(programme, f"2025-0{month}")
    worker_id = (await office.alone.recorded(WorkerEnrolled))[0].worker_id
    await office.alone.hear(death_verified(office.alone, worker_id, died_on=date(2025, 7, 20)))
    answer = await ask(office, "billed-after-death")
    assert [each["month"] for each in answer["rows"]] == ["2025-08", "2025-09"]
    assert sum(each["credit_due"] for each in answer["rows"]) == 2 * MONTH
    assert {UUID(each["worker_id"]) for each in answer["rows"]} == {worker_id}
    assert (await ask(office, "lists-agree"))["verdict"] == "ok"
    assert (await ask(office, "commitment"))["verdict"] == "ok"


async def test_rows_that_were_refused_and_warned_about_are_shown_where_they_belong(
    office: Office,
) -> None:
    programme = await office.open()
    await office.enroll(
        programme,
        [
            row(1, nik="9904041503850001"),
            row(2, tanggal_lahir="1985-03-16"),
            row(3, nik="123"),
            row(4, kode_wilayah="51.71.01.1001"),
            row(5, nama="Yohanes Tefa0006", nama_ibu="Maria Nubatonis0006"),
            row(6, nama="Yohanes Tefa0006", nama_ibu="Maria Nubatonis0006"),
        ],
    )
    doubtful = await ask(office, "doubtful-nik")
    told = [(each["found"], each["slug"], each["finding"]) for each in doubtful["rows"]]
    assert told == [
        ("accepted", "nik-prefix-unknown", True),
        ("accepted", "birth-date-differs-from-nik", False),
        ("refused", "nik-malformed", False),
    ]
    assert doubtful["rows"][0]["let_pass_by"].startswith("checker")
    outside = await ask(office, "outside-province")
    assert (outside["verdict"], len(outside["rows"])) == ("ok", 1)
    twice = await ask(office, "registered-twice")
    assert [(each["state"], each["finding"]) for each in twice["rows"]] == [("open", True)]


OF_THE_RUN = """(SELECT worker_id FROM contributions JOIN invoices USING (invoice_id)
                 WHERE run_id IS NOT NULL ORDER BY 1 LIMIT 1)"""


async def test_a_frozen_list_agrees_until_a_name_is_taken_off(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(1, MEMBERS))
    branch = office.alone.client("branch", area="53")
    asked = {"programme_id": str(programme), "month": "2025-07"}
    assert (await branch.post("/billing-runs", json=asked, headers=key())).status_code == 202
    await office.alone.work("billing")
    (frozen,) = (await ask(office, "frozen-lists"))["rows"]
    assert (frozen["finding"], frozen["heads"]) == (False, MEMBERS)
    office.alone.clock.set(office.alone.clock.now().replace(day=20))
    await office.enroll(programme, rows(MEMBERS + 1, 1))
    await office.bill(programme, "2025-07")
    assert (await ask(office, "frozen-lists"))["verdict"] == "ok"
    await plant(office.alone, f"DELETE FROM contributions WHERE worker_id = {OF_THE_RUN}")
    assert (await ask(office, "frozen-lists"))["verdict"] == "1 finding"


async def test_who_was_erased_is_counted_apart(clean: Office) -> None:
    await plant(
        clean.alone,
        f"UPDATE workers SET erased_at = now() WHERE worker_id = {FIRST}",
        f"DELETE FROM person_lookup WHERE worker_id = {FIRST}",
    )
    answer = await ask(clean, "age-at-registration")
    assert answer["verdict"] == "ok"
    assert [(each["found"], each["members"]) for each in answer["rows"]] == [("erased", 1)]


async def test_an_answer_goes_out_as_a_sheet(clean: Office) -> None:
    auditor = clean.alone.client("auditor", area="53")
    path = "/questions/lists-agree"
    table = await auditor.get(path, params={"format": "csv"})
    head, line = csv.reader(io.StringIO(table.content.decode("utf-8-sig")), delimiter=";")
    assert dict(zip(head, line, strict=True))["invoice_heads"] == str(MEMBERS)
    book = await auditor.get(path, params={"format": "xlsx"})
    sheet = load_workbook(io.BytesIO(book.content)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == head
    nothing = await auditor.get("/questions/covered-elsewhere", params={"format": "csv"})
    assert nothing.content.decode("utf-8-sig").splitlines()[1] == "covered-elsewhere;ok"


async def test_the_questions_are_listed_with_what_they_take(office: Office) -> None:
    admin = office.alone.client("admin", area="53")
    listed = (await admin.get("/questions")).json()["questions"]
    assert [each["name"] for each in listed] == list(QUESTIONS)
    assert {each["number"] for each in listed} == {1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14, 15}
    assert all(each["text"] and each["source"] for each in listed)


async def test_what_is_no_question_is_refused_and_leaves_no_trace(office: Office) -> None:
    auditor = office.alone.client("auditor", area="53")

    async def refused(path: str, **about: str) -> httpx.Response:
        return await auditor.get(path, params=about)

    assert said(await refused("/questions/who-is-it")) == (404, "question-unknown")
    assert said(await refused("/questions/quotas", month="July")) == (422, "field-invalid")
    assert said(await refused("/questions/quotas", moon="full")) == (422, "field-unknown")
    assert said(await refused("/questions/quotas", area="51")) == (403, "outside-area")
    assert await office.alone.recorded(ListExported) == []
