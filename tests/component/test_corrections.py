"""Corrections: asked for and answered by two people, by the rules of a roster's row, both versions
kept."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.enrollment import (
    DataRequestAnswered,
    DataRequestReceived,
    PersonalDataRead,
    WorkerAmended,
)
from tests.alone import key
from tests.component.enrollment_office import said
from tests.component.privacy_office import GROUND, WITH_THE_CARD, Privacy, privacy
from tests.rosters import VILLAGE, nik, row

__all__ = ["privacy"]
ELSEWHERE = "53.13.01.2001"
"""A desa of another regency."""
LILIBA = "53.71.04.1010"


async def amended(privacy: Privacy, worker_id: UUID, **fields: str) -> tuple[int, Any]:
    """The clerk writes something down; status and answer."""
    path = f"/workers/{worker_id}/amendments"
    answer = await privacy.clerk.post(path, json=fields, headers=key())
    return answer.status_code, answer.json()


async def opened(privacy: Privacy, worker_id: UUID, **asked: str) -> list[dict[str, Any]]:
    answer = await privacy.auditor.get(f"/workers/{worker_id}/amendments", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["amendments"]
    return found


async def test_a_granted_correction_changes_the_record_and_both_versions_stay_sealed(
    privacy: Privacy,
) -> None:
    (worker_id,) = await privacy.members()
    request_id = await privacy.ask(worker_id, "correction", nama="Yohanes Tefa", nik=nik(900))
    answer = await privacy.answer(request_id)
    assert answer.json() == {
        "request_id": request_id, "outcome": "granted", "fields": ["nik", "nama"],
    }  # fmt: skip
    (event,) = await privacy.alone.recorded(WorkerAmended)
    keys = await _key(privacy, worker_id)
    before, after = (
        privacy.identities.open([block], keys)[worker_id] for block in (event.before, event.after)
    )
    assert (before.name, after.name) == ("Yohanes Tefa0001", "Yohanes Tefa")
    assert (before.nik, after.nik, event.amended_by) == (nik(1), nik(900), _name(privacy, "head"))
    assert (event.fields, str(event.request_id)) == (("nik", "nama"), request_id)
    assert await privacy.worker(nik(900)) == worker_id
    (held,) = await privacy.alone.rows("SELECT identity FROM workers")
    assert held["identity"]["ciphertext"] == event.model_dump(mode="json")["after"]["ciphertext"]
    assert (await privacy.alone.replay()).same


async def test_the_old_nik_finds_nobody_and_may_become_somebody_else(privacy: Privacy) -> None:
    (worker_id,) = await privacy.members()
    await privacy.answer(await privacy.ask(worker_id, "correction", nik=nik(900)))
    found = await privacy.clerk.post("/members:find", json={"nik": nik(1)}, headers=key())
    assert said(found) == (404, "member-unknown")
    found = await privacy.clerk.post("/members:find", json={"nik": nik(900)}, headers=key())
    assert found.json()["worker_id"] == str(worker_id)
    (other,) = await privacy.members(row(1, nama="Somebody Else"))
    assert other != worker_id


async def test_whoever_took_a_request_down_may_not_answer_it(privacy: Privacy) -> None:
    (worker_id,) = await privacy.members()
    request_id = await privacy.ask(worker_id, "correction", nama="Yohanes Tefa")
    for outcome in ("granted", "refused"):
        answer = await privacy.answer(request_id, outcome, by=privacy.clerk)
        assert said(answer) == (403, "maker-is-checker")
    assert await privacy.alone.recorded(DataRequestAnswered) == []
    assert (await privacy.answer(request_id)).status_code == 200
    assert said(await privacy.answer(request_id)) == (409, "data-request-answered")


async def test_of_two_answers_at_once_one_counts(privacy: Privacy) -> None:
    (worker_id,) = await privacy.members()
    request_id = await privacy.ask(worker_id, "correction", nama="Yohanes Tefa")
    answers = await asyncio.gather(
        privacy.answer(request_id), privacy.answer(request_id, "refused", by=privacy.admin)
    )
    assert sorted(each.status_code for each in answers) == [200, 409]
    assert len(await privacy.alone.recorded(DataRequestAnswered)) == 1
    assert (await privacy.alone.replay()).same


@pytest.mark.parametrize(
    ("fields", "slug"),
    [
        ({"nik": "5371040150850001"}, "nik-malformed"),
        ({"tanggal_lahir": "31-02-1985"}, "date-malformed"),
        ({"tanggal_lahir": "1960-07-07"}, "too-old"),
        ({"kode_wilayah": "53.71.04.1002"}, "village-unknown"),
        ({"kode_wilayah": "51.71.01.1001"}, "village-unknown"),
        ({"nama": " "}, "field-missing"),
        ({"ktp": "mungkin"}, "field-malformed"),
    ],
)
async def test_a_person_whom_no_roster_could_bring_cannot_be_made_by_a_correction(
    privacy: Privacy, fields: dict[str, str], slug: str
) -> None:
    (worker_id,) = await privacy.members()
    request_id = await privacy.ask(worker_id, "correction", **fields)
    answer = await privacy.answer(request_id)
    assert said(answer) == (422, "correction-refused")
    assert slug in answer.json()["detail"]
    assert await privacy.alone.recorded(WorkerAmended) == []
    (waiting,) = await privacy.requests()
    assert waiting["state"] == "open"
    assert (await privacy.answer(request_id, "refused")).json()["outcome"] == "refused"


async def test_a_nik_of_another_member_is_refused(privacy: Privacy) -> None:
    one, _other = await privacy.members(row(1), row(2))
    answer = await privacy.answer(await privacy.ask(one, "correction", nik=nik(2)))
    assert said(answer) == (409, "nik-of-another")
    assert await privacy.worker(nik(1)) == one


async def test_who_grew_too_old_since_he_registered_can_still_be_corrected(
    privacy: Privacy,
) -> None:
    (worker_id,) = await privacy.members(row(1, tanggal_lahir="1960-07-08"))
    privacy.later(days=30)
    request_id = await privacy.ask(worker_id, "correction", nama="Yohanes Tefa")
    assert (await privacy.answer(request_id)).json()["fields"] == ["nama"]


async def test_what_is_doubtful_about_a_corrected_person_is_told(privacy: Privacy) -> None:
    (worker_id,) = await privacy.members()
    await privacy.answer(await privacy.ask(worker_id, "correction", tanggal_lahir="16-03-1985"))
    status, answer = await amended(privacy, worker_id, pekerjaan="petani")
    assert status == 200
    assert [each["slug"] for each in answer["warnings"]] == ["birth-date-differs-from-nik"]


async def test_a_member_who_moves_away_is_billed_there_and_keeps_the_regions_place(
    privacy: Privacy,
) -> None:
    (worker_id,) = await privacy.members()
    status, _ = await amended(privacy, worker_id, kode_wilayah=ELSEWHERE)
    assert status == 200
    (held,) = await privacy.alone.rows(
        "SELECT region_code, district_code, village_code FROM memberships"
    )
    assert held == {
        "region_code": "53.71", "district_code": "53.13.01", "village_code": ELSEWHERE,
    }  # fmt: skip
    assert await privacy.alone.rows("SELECT region_code, heads FROM commitments") == [
        {"region_code": "53.71", "heads": 1}
    ]
    assert (await amended(privacy, worker_id, pekerjaan="petani"))[1]["slug"] == "worker-unknown"
    assert (await privacy.alone.replay()).same


async def test_papers_that_arrive_are_written_down_in_one_step(privacy: Privacy) -> None:
    (worker_id,) = await privacy.members(row(1, ktp="tidak", kk="tidak"))
    status, answer = await amended(privacy, worker_id, ktp="ya", kk="ya")
    assert (status, answer["fields"]) == (200, ["ktp", "kk"])
    (event,) = await privacy.alone.recorded(WorkerAmended)
    assert (event.has_ktp, event.has_kk, event.before == event.after) == (True, True, True)
    assert event.request_id == event.causation_id
    assert (await amended(privacy, worker_id, ktp="ya"))[1]["slug"] == "nothing-to-correct"
    assert (await privacy.alone.replay()).same


async def test_who_a_member_is_cannot_be_changed_by_one_officer(privacy: Privacy) -> None:
    (worker_id,) = await privacy.members()
    for field in ("nik", "nama", "tempat_lahir", "tanggal_lahir", "jenis_kelamin", "nama_ibu"):
        status, answer = await amended(privacy, worker_id, **{field: "x"})
        assert (status, answer["slug"]) == (422, "field-unknown")
    assert await privacy.alone.recorded(WorkerAmended) == []


async def test_the_same_command_amends_once(privacy: Privacy) -> None:
    (worker_id,) = await privacy.members()
    path, once = f"/workers/{worker_id}/amendments", key()
    answers = [
        await privacy.clerk.post(path, json={"pekerjaan": "petani"}, headers=once) for _ in "ab"
    ]
    assert answers[0].content == answers[1].content
    assert len(await privacy.alone.recorded(WorkerAmended)) == 1


async def test_two_corrections_that_wait_write_over_nothing_of_each_other(
    privacy: Privacy,
) -> None:
    (worker_id,) = await privacy.members()
    first = await privacy.ask(worker_id, "correction", nama="Yohanes Tefa")
    second = await privacy.ask(worker_id, "correction", nama_ibu="Maria Nubatonis")
    assert (await privacy.answer(second)).status_code == 200
    privacy.later(minutes=1)
    assert (await privacy.answer(first)).status_code == 200
    changes = [each["changes"] for each in await opened(privacy, worker_id, reason="audit 2025")]
    assert changes == [
        [{"field": "nama_ibu", "before": "Maria Nubatonis0001", "after": "Maria Nubatonis"}],
        [{"field": "nama", "before": "Yohanes Tefa0001", "after": "Yohanes Tefa"}],
    ]


async def test_a_refusal_stands_on_record_with_its_ground(privacy: Privacy) -> None:
    (worker_id,) = await privacy.members()
    await privacy.answer(await privacy.ask(worker_id, "correction", nama="X"), "refused")
    (event,) = await privacy.alone.recorded(DataRequestAnswered)
    assert (event.outcome, event.legal_ground, event.reason) == ("refused", GROUND, WITH_THE_CARD)
    (line,) = await privacy.requests(state="answered")
    assert (line["outcome"], line["legal_ground"], line["in_time"]) == ("refused", GROUND, True)
    assert await privacy.alone.recorded(WorkerAmended) == []
    assert (await privacy.alone.replay()).same


async def test_a_request_is_due_in_72_hours_and_late_after(privacy: Privacy) -> None:
    one, other = await privacy.members(row(1), row(2))
    first = await privacy.ask(one, "access")
    privacy.later(hours=50)
    second = await privacy.ask(other, "erasure")
    assert [each["request_id"] for each in await privacy.requests()] == [first, second]
    assert [each["left_s"] for each in await privacy.requests()] == [22 * 3600, 72 * 3600]
    privacy.later(hours=22)
    assert len(await privacy.requests(state="open")) == 2
    privacy.later(seconds=1)
    (late,) = await privacy.requests(state="late")
    assert (late["request_id"], late["left_s"]) == (first, -1)
    assert [each["request_id"] for each in await privacy.requests(state="open")] == [second]
    await privacy.answer(first)
    (answered,) = await privacy.requests(state="answered")
    assert (answered["in_time"], answered["left_s"]) == (False, None)
    (received, _) = await privacy.alone.recorded(DataRequestReceived)
    assert received.due_at - received.occurred_at == timedelta(hours=72)


async def test_requests_come_in_pages(privacy: Privacy) -> None:
    (worker_id,) = await privacy.members()
    asked = [await privacy.ask(worker_id, "access") for _ in range(5)]
    seen: list[str] = []
    page: dict[str, Any] = {"next_after": None}
    while page["next_after"] is not None or not seen:
        which = {"limit": "2"} | ({"after": page["next_after"]} if seen else {})
        page = (await privacy.clerk.get("/data-requests", params=which)).json()
        seen += [each["request_id"] for each in page["requests"]]
    assert sorted(seen) == sorted(asked)


async def test_what_a_correction_asks_for_is_shown_with_a_reason_only(privacy: Privacy) -> None:
    (worker_id,) = await privacy.members()
    request_id = await privacy.ask(worker_id, "correction", nama="Yohanes Tefa")
    path = f"/data-requests/{request_id}"
    assert (await privacy.head.get(path)).json()["changes"] is None
    assert await privacy.alone.recorded(PersonalDataRead) == []
    shown = await privacy.head.get(path, params={"reason": "compares it with the KTP"})
    assert shown.json()["changes"] == [
        {"field": "nama", "before": "Yohanes Tefa0001", "after": "Yohanes Tefa"}
    ]
    (reading,) = await privacy.alone.recorded(PersonalDataRead)
    assert (reading.what, reading.reason) == ("data request", "compares it with the KTP")
    for table in ("data_requests", "event_log", "idempotency_key"):
        for held in await privacy.alone.rows(f"SELECT t::text AS row FROM {table} t"):
            assert "Yohanes Tefa" not in held["row"]
            assert b"Yohanes Tefa".hex() not in held["row"]


async def test_amendments_are_listed_without_a_word_of_what_they_say(privacy: Privacy) -> None:
    (worker_id,) = await privacy.members()
    await amended(privacy, worker_id, kode_wilayah=LILIBA, kk="tidak")
    (line,) = await opened(privacy, worker_id)
    assert (line["fields"], line["changes"]) == (["kode_wilayah", "kk"], None)
    assert line["amended_by"] == _name(privacy, "clerk")
    assert await privacy.alone.recorded(PersonalDataRead) == []
    (line,) = await opened(privacy, worker_id, reason="audit 2025")
    assert line["changes"] == [
        {"field": "kode_wilayah", "before": VILLAGE, "after": LILIBA},
        {"field": "kk", "before": "ya", "after": "tidak"},
    ]
    (reading,) = await privacy.alone.recorded(PersonalDataRead)
    assert (reading.worker_id, reading.role, reading.what) == (worker_id, "auditor", "amendments")


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "correction"},
        {"kind": "correction", "fields": {}},
        {"kind": "erasure", "fields": {"nama": "X"}},
        {"kind": "correction", "fields": {"kpj": "25000000001"}},
        {"kind": "portability"},
    ],
)
async def test_a_request_that_says_nothing_clear_is_refused(
    privacy: Privacy, asked: dict[str, Any]
) -> None:
    (worker_id,) = await privacy.members()
    path = f"/workers/{worker_id}/data-requests"
    answer = await privacy.clerk.post(path, json=asked, headers=key())
    assert answer.status_code == 422
    assert await privacy.alone.recorded(DataRequestReceived) == []


async def test_an_office_of_another_place_finds_neither_worker_nor_request(
    privacy: Privacy,
) -> None:
    (worker_id,) = await privacy.members()
    request_id = await privacy.ask(worker_id, "access")
    abroad = privacy.alone.client("branch", area="53.13", name="abroad")
    for path, body in (
        (f"/workers/{worker_id}/amendments", {"pekerjaan": "petani"}),
        (f"/workers/{worker_id}/data-requests", {"kind": "access"}),
    ):
        answer = await abroad.post(path, json=body, headers=key())
        assert said(answer) == (404, "worker-unknown")
    assert said(await privacy.answer(request_id, by=abroad)) == (404, "data-request-unknown")
    assert said(await abroad.get(f"/data-requests/{request_id}")) == (404, "data-request-unknown")
    assert (await abroad.get("/data-requests")).json()["requests"] == []
    assert said(await abroad.get(f"/workers/{worker_id}/amendments")) == (404, "worker-unknown")


async def _key(privacy: Privacy, worker_id: UUID) -> dict[UUID, bytes]:
    (held,) = await privacy.alone.rows(
        "SELECT wrapped FROM subject_key WHERE subject = :subject", subject=worker_id
    )
    return {worker_id: held["wrapped"]}


def _name(privacy: Privacy, who: str) -> str:
    return f"the {who} of {privacy.alone.urls.database}"
