"""The access report: everything that is held about one person, and who was shown it."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from contracts.enrollment import (
    AccountLinked,
    DataRequestAnswered,
    DataRequestReceived,
    PersonalDataRead,
)
from contracts.types import AccountId, WorkerId
from tests.alone import key
from tests.cards import texts
from tests.component.enrollment_office import MONTH, command, said
from tests.component.privacy_office import Privacy, privacy
from tests.rosters import nik, row

__all__ = ["privacy"]
ACCOUNT = AccountId(UUID("6f1d7c58-0000-4000-8000-00000000beef"))
COUNTER = {"reason": "asks at the counter", "asked_by": "member"}
OFFICE = {"reason": "a complaint"}


async def report(
    privacy: Privacy, worker_id: UUID, asked: dict[str, str] = OFFICE
) -> dict[str, Any]:
    answer = await privacy.clerk.post(f"/workers/{worker_id}/access-report", json=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
async def known(privacy: Privacy) -> UUID:
    """A member about whom there is something of every kind."""
    (worker_id,) = await privacy.members(row(1, no_hp="081234567890", tanggal_lahir="1985-03-16"))
    await privacy.cover(worker_id)
    await privacy.record(
        AccountLinked(
            **command().stamp("link", at=privacy.alone.clock.now()),
            worker_id=WorkerId(worker_id), account_id=ACCOUNT,
        )
    )  # fmt: skip
    await privacy.office.validated(privacy.programme_id, [row(1)])  # a row of his is refused
    await privacy.answer(await privacy.ask(worker_id, "correction", nama="Yohanes Tefa"))
    await privacy.claim(worker_id, paid=False)
    return worker_id


async def test_it_tells_everything_that_is_held(privacy: Privacy, known: UUID) -> None:
    told = await report(privacy, known)
    assert told["identity"] == {
        "nik": nik(1), "name": "Yohanes Tefa", "birth_place": "Kupang", "born_on": "1985-03-16",
        "sex": "L", "mother": "Maria Nubatonis0001", "kk": "5371040101200001",
        "address": "Jalan Cendana 0001", "occupation": "nelayan", "phone": "081234567890",
    }  # fmt: skip
    assert told["residence"] == {
        "village_code": "53.71.04.1001", "village": "Oebobo", "district": "Oebobo",
        "region": "Kota Kupang",
    }  # fmt: skip
    assert (told["has_ktp"], told["has_kk"], told["kpj"]) == (True, True, "25000000001")
    assert told["account"] == "6f1d****************************beef"
    assert told["warnings"] == ["birth-date-differs-from-nik"]
    (membership,) = told["memberships"]
    assert (membership["first_month"], membership["last_month"]) == ("2025-07", "2025-12")
    assert [(each["month"], each["amount"]) for each in told["contributions"]] == [
        ("2025-07", MONTH)
    ]
    (cover,), (card,), (claim,) = told["covers"], told["cards"], told["claims"]
    assert (cover["ended_on"], card["place"]) == (None, "Kantor Lurah Oebobo")
    assert (claim["died_on"], claim["outcome"]) == ("2025-07-07", None)
    refused = [each for each in told["roster_rows"] if each["severity"] == "refused"]
    assert [each["slugs"] for each in refused] == [["already-member"]]
    assert [each["fields"] for each in told["amendments"]] == [["nama"]]
    assert [(each["kind"], each["outcome"]) for each in told["requests"]] == [
        ("correction", "granted")
    ]
    assert told["readings"][0]["what"] == "access report"
    assert told["readings_total"] == len(told["readings"])


async def test_it_tells_how_long_the_data_are_kept(privacy: Privacy, known: UUID) -> None:
    kept = {each["slug"]: each for each in (await report(privacy, known))["retention"]}
    assert kept["work-accident-claims"]["destroy_after"] is None
    assert kept["financial-documents"]["destroy_after"] == "2035-12-31"
    assert kept["financial-documents"]["mark"] == "unverified"
    await privacy.end(known, on=date(2025, 8, 31))
    kept = {each["slug"]: each for each in (await report(privacy, known))["retention"]}
    assert kept["work-accident-claims"]["destroy_after"] == "2030-08-31"


async def test_each_time_it_is_made_is_a_reading_on_record(privacy: Privacy, known: UUID) -> None:
    before = len(await privacy.alone.recorded(PersonalDataRead))
    await report(privacy, known)
    await report(privacy, known)
    readings = (await privacy.alone.recorded(PersonalDataRead))[before:]
    assert [(each.worker_id, each.what, each.reason) for each in readings] == [
        (known, "access report", "a complaint")
    ] * 2
    assert len(await privacy.alone.recorded(DataRequestReceived)) == 1  # the correction
    assert (await privacy.alone.replay()).same


async def test_handed_to_the_member_it_is_a_request_that_was_answered_once_a_day(
    privacy: Privacy,
) -> None:
    (worker_id,) = await privacy.members()
    for _ in range(2):
        await report(privacy, worker_id, COUNTER)
    (received,) = await privacy.alone.recorded(DataRequestReceived)
    (answered,) = await privacy.alone.recorded(DataRequestAnswered)
    assert (received.kind, answered.outcome) == ("access", "granted")
    assert answered.request_id == received.request_id
    assert answered.legal_ground == "UU 27/2022 Pasal 7 dan Pasal 32"
    privacy.later(days=1)
    await report(privacy, worker_id, COUNTER)
    assert len(await privacy.alone.recorded(DataRequestAnswered)) == 2
    assert (await privacy.alone.replay()).same


async def test_it_answers_the_requests_that_waited_for_it(privacy: Privacy) -> None:
    (worker_id,) = await privacy.members()
    asked = [await privacy.ask(worker_id, "access") for _ in range(2)]
    privacy.later(hours=71)
    await report(privacy, worker_id, COUNTER)
    lines = await privacy.requests(state="answered")
    assert sorted(each["request_id"] for each in lines) == sorted(asked)
    assert {each["in_time"] for each in lines} == {True}
    assert await privacy.requests() == []


@pytest.mark.parametrize(
    ("params", "headers"),
    [({"format": "pdf"}, {}), ({}, {"Accept": "application/pdf"})],
)
async def test_it_is_handed_over_as_a_pdf_in_indonesian(
    privacy: Privacy, known: UUID, params: dict[str, str], headers: dict[str, str]
) -> None:
    answer = await privacy.clerk.post(
        f"/workers/{known}/access-report", json=COUNTER, params=params, headers=headers
    )
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    pages = texts(answer.content)
    for line in (
        "Laporan Data Pribadi", nik(1), "Yohanes Tefa", "Kupang, 16 Maret 1985", "laki-laki",
        "Maria Nubatonis0001", "5371040101200001", "Jalan Cendana 0001", "081234567890",
        "Oebobo (53.71.04.1001)", "Kota Kupang", "2500 0000 001", "Rp16.800",
        "pemerintah daerah (APBD)", "Kantor Lurah Oebobo", "7 Juli 2025 09.00 WITA",
        "tanggal lahir berbeda dari NIK", "memperbaiki data", "dikabulkan: UU 27/2022 Pasal 30",
        "laporan ini", "asks at the counter", "(kantor cabang)", "sudah peserta",
        "PP 82/2019 Pasal 26", "dihitung sejak perlindungan berakhir", "31 Desember 2035",
        "UU 8/1997 Pasal 11 (belum diverifikasi)", "9. Hak Anda", "72 jam",
    ):  # fmt: skip
        assert line in " ".join(pages), line
    for number, page in enumerate(pages, start=1):
        assert f"Rahasia. Halaman {number}" in page


async def test_nothing_of_it_is_kept_among_the_stored_answers(
    privacy: Privacy, known: UUID
) -> None:
    await privacy.clerk.post(f"/workers/{known}/access-report", json=COUNTER, headers=key())
    for held in await privacy.alone.rows(
        "SELECT convert_from(answer, 'UTF8') AS answer FROM idempotency_key"
    ):
        assert "Tefa" not in held["answer"]
        assert nik(1) not in held["answer"]


async def test_only_branch_and_administrator_make_it_for_their_area(
    privacy: Privacy, known: UUID
) -> None:
    path = f"/workers/{known}/access-report"
    for caller in (privacy.auditor, privacy.office.district, privacy.office.province):
        assert said(await caller.post(path, json=OFFICE)) == (403, "role-not-allowed")
    abroad = privacy.alone.client("branch", area="53.13", name="abroad")
    assert said(await abroad.post(path, json=OFFICE)) == (404, "worker-unknown")
    assert said(await privacy.clerk.post(path, json={})) == (422, "field-invalid")
    strange = f"/workers/{new_id()}/access-report"
    assert said(await privacy.clerk.post(strange, json=OFFICE)) == (404, "worker-unknown")
    assert (await privacy.admin.post(path, json=OFFICE)).status_code == 200


async def test_it_tells_what_lies_in_places_where_the_member_lived_before(
    privacy: Privacy,
) -> None:
    (worker_id,) = await privacy.members()
    await privacy.end(worker_id, on=date(2025, 7, 7))
    path = f"/workers/{worker_id}/amendments"
    moved = {"kode_wilayah": "53.13.01.2001"}
    assert (await privacy.clerk.post(path, json=moved, headers=key())).status_code == 200
    there = privacy.alone.client("branch", area="53.13.01", name="there")
    answer = await there.post(f"/workers/{worker_id}/access-report", json=OFFICE)
    (membership,) = answer.json()["memberships"]
    assert membership["village_code"] == "53.71.04.1001"
