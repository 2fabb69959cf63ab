"""Erasure: refused with the law's ground while data are needed; else nothing can bring a person
back."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.sealing import SealBroken, open_sealed
from contracts.enrollment import (
    CoverageEnded,
    DataRequestAnswered,
    WorkerAmended,
    WorkerEnrolled,
    WorkerErased,
)
from contracts.sealed import Sealed
from services.enrollment.adapters.corrections import Correction
from services.enrollment.adapters.staging import RosterCipher
from services.enrollment.rules.applicants import Person
from tests.alone import key
from tests.component.enrollment_office import MONTH, said
from tests.component.privacy_office import Privacy, privacy
from tests.rosters import nik, row

__all__ = ["privacy"]
GONE = row(1, no_hp="081234567890")
PERSONAL = (
    GONE["nik"], "Yohanes Tefa0001", GONE["nama_ibu"], GONE["no_kk"], GONE["alamat"], GONE["no_hp"],
    nik(900), "Yohanes Tefa Baru",
)  # fmt: skip
"""What is known of the one who is erased, before and after a correction."""
REFUSAL = "UU 27/2022 Pasal 15 ayat (1) huruf c"


@pytest.fixture
async def erased(privacy: Privacy) -> UUID:
    """Somebody who was corrected, asked, refused in rosters, never covered; and then erased.
    Another member stays."""
    worker_id, _ = await privacy.members(GONE, row(2))
    await privacy.office.validated(privacy.programme_id, [GONE, row(3, nik="1")])
    await reject_open_rosters(privacy)
    changed = {"nik": nik(900), "nama": "Yohanes Tefa Baru"}
    await privacy.answer(await privacy.ask(worker_id, "correction", **changed))
    await privacy.ask(worker_id, "correction", nama_ibu="Maria")
    answer = await privacy.answer(await privacy.ask(worker_id, "erasure"))
    assert answer.status_code == 200, answer.text
    return worker_id


async def reject_open_rosters(privacy: Privacy) -> None:
    for held in await privacy.alone.rows("SELECT roster_id FROM rosters WHERE decided_at IS NULL"):
        path = f"/rosters/{held['roster_id']}/rejection"
        sent_back = await privacy.office.checker.post(path, json={"reason": "x"}, headers=key())
        assert sent_back.status_code == 200


async def asked(privacy: Privacy, worker_id: UUID) -> tuple[str, dict[str, Any]]:
    """A member asks to be erased; the request and the answer that the law wants."""
    request_id = await privacy.ask(worker_id, "erasure")
    standing = await privacy.head.get(f"/data-requests/{request_id}")
    due: dict[str, Any] = standing.json()["due_answer"]
    return request_id, due


async def all_rows(privacy: Privacy) -> AsyncIterator[tuple[str, str]]:
    """Every row of every table as text; bytes in it are hexadecimal."""
    tables = await privacy.alone.rows(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    for each in tables:
        name = each["table_name"]
        for held in await privacy.alone.rows(f"SELECT t::text AS row FROM {name} t"):
            yield name, held["row"]


async def sealed_blocks(privacy: Privacy) -> list[Sealed]:
    """Every sealed block in a table or in an event, wherever it stands in it."""
    found: list[Sealed] = []
    for table, column in (
        ("workers", "identity"), ("amendments", "before"), ("amendments", "after"),
        ("data_requests", "wanted"),
    ):  # fmt: skip
        for held in await privacy.alone.rows(f"SELECT {column} AS block FROM {table}"):
            found += blocks_in(held["block"])
    for held in await privacy.alone.rows("SELECT body FROM event_log"):
        found += blocks_in(json.loads(held["body"]))
    return found


def blocks_in(told: Any) -> Iterator[Sealed]:
    if isinstance(told, dict) and "ciphertext" in told:
        yield Sealed.model_validate_json(json.dumps(told))
    elif isinstance(told, dict):
        for inner in told.values():
            yield from blocks_in(inner)


async def keys_left(privacy: Privacy) -> list[bytes]:
    """Every key there is, of persons and of rosters, unwrapped."""
    wrap = privacy.identities.wrap
    held = await privacy.alone.rows("SELECT subject, wrapped FROM subject_key")
    held += await privacy.alone.rows("SELECT roster_id AS subject, wrapped FROM staged_roster")
    return [wrap.unwrap(each["subject"], each["wrapped"]) for each in held]


async def test_nothing_of_the_person_is_left_in_clear_nor_as_a_hash(
    privacy: Privacy, erased: UUID
) -> None:
    words = [form for text in PERSONAL for form in (text, text.encode().hex())]
    hashes = [privacy.identities.nik_hash(each).hex() for each in (nik(1), nik(900))]
    rows = [each async for each in all_rows(privacy)]
    assert {"event_log", "idempotency_key", "staged_chunk"} < {table for table, _ in rows}
    whole = " ".join(told for _, told in rows)
    assert privacy.identities.nik_hash(nik(2)).hex() in whole  # so would be what is looked for
    assert b"the head of".hex() in whole
    for table, told in rows:
        assert not [word for word in (*words, *hashes) if word in told], table
    (left,) = await privacy.alone.rows("SELECT worker_id FROM person_lookup")
    assert left["worker_id"] != erased


async def test_no_key_that_is_left_opens_a_copy_of_the_person(
    privacy: Privacy, erased: UUID
) -> None:
    blocks = await sealed_blocks(privacy)
    of_person = [block for block in blocks if block.subject == erased]
    # workers, two of the amendment, two wishes; the same five in events, and the enrollment
    assert len(of_person) == 10
    keys = await keys_left(privacy)
    assert keys
    assert [each for each in of_person if opens(each, keys)] == []
    assert all(opens(each, keys) for each in blocks if each.subject != erased)


def opens(block: Sealed, keys: list[bytes]) -> bool:
    for key_ in keys:
        for model in (Person, Correction):
            try:
                open_sealed(block, key_, model)
            except SealBroken:
                continue
            return True
    return False


@pytest.mark.usefixtures("erased")
async def test_no_roster_that_is_left_shows_the_person(privacy: Privacy) -> None:
    found = await privacy.alone.rows("SELECT roster_id, cells AS sealed FROM row_finding")
    found += await privacy.alone.rows("SELECT roster_id, sealed FROM staged_chunk")
    keys = {
        each["roster_id"]: privacy.identities.wrap.unwrap(each["roster_id"], each["wrapped"])
        for each in await privacy.alone.rows("SELECT roster_id, wrapped FROM staged_roster")
    }
    shown = [
        cell
        for each in found
        if each["sealed"]
        for line in RosterCipher(keys[each["roster_id"]]).open(each["sealed"])
        for cell in line.cells
    ]
    assert "Yohanes Tefa0003" in shown
    assert not set(PERSONAL) & set(shown)


async def test_nobody_finds_the_person_and_no_service_gets_the_key(
    privacy: Privacy, erased: UUID
) -> None:
    for number in (nik(1), nik(900)):
        found = await privacy.clerk.post("/members:find", json={"nik": number})
        assert said(found) == (404, "member-unknown")
        about = {"programme_id": str(privacy.programme_id), "nik": number, "reason": "asks"}
        told = (await privacy.clerk.post("/people:why-not", json=about)).json()
        assert (told["standing"], told["worker_id"], told["roster_id"]) == (
            "never-seen",
            None,
            None,
        )
    for role in ("bank", "branch"):
        caller = privacy.alone.client(role, area="53", name=f"a {role}")
        asked_for = {"subjects": [str(erased)], "reason": "the passbook"}
        answer = await caller.post("/subject-keys:read", json=asked_for)
        assert answer.json() == {"keys": {}}
    assert [request async for request in refusals_of(privacy, erased)] == [
        (410, "worker-erased")
    ] * 3
    listed = await privacy.auditor.get(
        f"/workers/{erased}/amendments", params={"reason": "audit 2025"}
    )
    assert [each["changes"] for each in listed.json()["amendments"]] == [None]


async def refusals_of(privacy: Privacy, worker_id: UUID) -> AsyncIterator[tuple[int, str | None]]:
    for path, body in (
        ("access-report", {"reason": "x"}),
        ("amendments", {"pekerjaan": "petani"}),
        ("data-requests", {"kind": "access"}),
    ):
        yield said(
            await privacy.clerk.post(f"/workers/{worker_id}/{path}", json=body, headers=key())
        )


async def test_the_record_says_who_decided_and_replay_is_the_same(
    privacy: Privacy, erased: UUID
) -> None:
    (event,) = await privacy.alone.recorded(WorkerErased)
    asked_for = [
        each for each in await privacy.requests(state="answered") if each["kind"] == "erasure"
    ]
    assert (event.worker_id, str(event.request_id)) == (erased, asked_for[0]["request_id"])
    assert event.erased_by == f"the head of {privacy.alone.urls.database}"
    (held,) = await privacy.alone.rows(
        "SELECT erased_at FROM workers WHERE worker_id = :worker_id", worker_id=erased
    )
    assert held["erased_at"] == event.occurred_at
    assert (await privacy.alone.replay()).same


async def test_what_else_the_person_asked_waits_for_nobody(privacy: Privacy, erased: UUID) -> None:
    assert await privacy.requests() == []
    answered = await privacy.alone.recorded(DataRequestAnswered)
    assert [(each.kind, each.outcome) for each in answered if each.worker_id == erased] == [
        ("correction", "granted"), ("erasure", "granted"), ("correction", "refused"),
    ]  # fmt: skip


async def test_the_place_is_given_up_with_the_person(privacy: Privacy, erased: UUID) -> None:
    (ended,) = await privacy.alone.recorded(CoverageEnded)
    assert (ended.worker_id, ended.reason) == (erased, "withdrawal")
    assert ended.released == 6 * MONTH
    assert await privacy.alone.rows("SELECT heads, reserved FROM commitments") == [
        {"heads": 1, "reserved": 6 * MONTH}
    ]


async def test_the_same_person_may_come_again_as_somebody_new(
    privacy: Privacy, erased: UUID
) -> None:
    (again,) = await privacy.members(GONE | {"alamat": "Jalan Baru 1"})
    assert again != erased
    assert len({each.worker_id for each in await privacy.alone.recorded(WorkerEnrolled)}) == 3
    found = await privacy.clerk.post("/members:find", json={"nik": nik(1)})
    assert found.json()["worker_id"] == str(again)
    assert (await privacy.alone.replay()).same


async def test_a_claim_that_is_open_keeps_the_data(privacy: Privacy) -> None:
    (worker_id,) = await privacy.members()
    await privacy.claim(worker_id, paid=False)
    request_id, due = await asked(privacy, worker_id)
    assert (due["outcome"], due["legal_ground"], due["until"]) == ("refused", REFUSAL, None)
    await not_erased(privacy, request_id, "erasure-not-allowed-claim-open")


async def test_a_membership_in_force_keeps_the_data(privacy: Privacy) -> None:
    (worker_id,) = await privacy.members()
    await privacy.cover(worker_id)
    request_id, due = await asked(privacy, worker_id)
    assert (due["outcome"], due["legal_ground"]) == ("refused", REFUSAL)
    await not_erased(privacy, request_id, "erasure-not-allowed-membership-in-force")


async def test_data_are_kept_as_long_as_the_laws_ask_and_not_a_day_longer(
    privacy: Privacy,
) -> None:
    (worker_id,) = await privacy.members()
    await privacy.cover(worker_id)
    await privacy.end(worker_id, on=date(2025, 7, 31))
    request_id, due = await asked(privacy, worker_id)
    assert (due["outcome"], due["until"]) == ("refused", "2035-12-31")
    assert "UU 8/1997 Pasal 11" in due["reason"]
    await not_erased(privacy, request_id, "erasure-not-allowed-retention-runs")
    for_the_last_time = datetime(2035, 12, 31, 15, 59, tzinfo=UTC)  # before midnight in Kupang
    privacy.alone.clock.set(for_the_last_time)
    request_id, _ = await asked(privacy, worker_id)
    await not_erased(privacy, request_id, "erasure-not-allowed-retention-runs")
    privacy.later(minutes=1)
    request_id, due = await asked(privacy, worker_id)
    assert (due["outcome"], due["legal_ground"]) == ("granted", "UU 27/2022 Pasal 44 ayat (1)")
    assert (await privacy.answer(request_id)).status_code == 200
    assert len(await privacy.alone.recorded(WorkerErased)) == 1


async def test_after_a_benefit_for_a_death_the_data_wait_for_the_children(
    privacy: Privacy,
) -> None:
    (worker_id,) = await privacy.members()
    await privacy.claim(worker_id, paid=True)
    request_id, due = await asked(privacy, worker_id)
    assert due["until"] == "2048-07-07"
    await not_erased(privacy, request_id, "erasure-not-allowed-retention-runs")


async def not_erased(privacy: Privacy, request_id: str, slug: str) -> None:
    """Granting it is refused and changes nothing; refusing it stands on record."""
    logged = await privacy.office.logged()
    answer = await privacy.answer(request_id)
    assert said(answer) == (409, slug)
    assert "answer `refused`" in answer.json()["detail"]
    assert await privacy.office.logged() == logged
    assert await privacy.alone.rows("SELECT 1 FROM subject_key") != []
    assert (await privacy.answer(request_id, "refused")).json()["outcome"] == "refused"
    assert await privacy.alone.recorded(WorkerErased) == []


async def test_a_roster_that_may_hold_the_person_is_decided_first(privacy: Privacy) -> None:
    (worker_id,) = await privacy.members()
    request_id, due = await asked(privacy, worker_id)
    assert due["outcome"] == "granted"
    sent = await privacy.office.upload(privacy.programme_id, [row(7), row(1), row(8)])
    assert sent.status_code == 202
    for validated in (False, True):
        if validated:
            await privacy.alone.work("rosters")
        answer = await privacy.answer(request_id)
        assert said(answer) == (409, "erasure-not-allowed-roster-open")
        assert sent.json()["roster_id"] in answer.json()["detail"]
    await reject_open_rosters(privacy)
    assert (await privacy.answer(request_id)).status_code == 200


async def test_whoever_took_the_wish_down_does_not_erase_alone(privacy: Privacy) -> None:
    (worker_id,) = await privacy.members()
    request_id, _ = await asked(privacy, worker_id)
    answer = await privacy.answer(request_id, by=privacy.clerk)
    assert said(answer) == (403, "maker-is-checker")
    assert await privacy.alone.recorded(WorkerErased) == []


async def test_the_same_answer_twice_erases_once(privacy: Privacy) -> None:
    (worker_id,) = await privacy.members()
    request_id, _ = await asked(privacy, worker_id)
    path, once = f"/data-requests/{request_id}/answer", key()
    body = {"outcome": "granted", "legal_ground": "UU 27/2022 Pasal 43", "reason": "x"}
    answers: list[httpx.Response] = [
        await privacy.head.post(path, json=body, headers=once) for _ in "ab"
    ]
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert len(await privacy.alone.recorded(WorkerErased)) == 1


async def test_who_moved_is_erased_where_he_lives_and_everywhere_he_was(
    privacy: Privacy,
) -> None:
    (worker_id,) = await privacy.members()
    path = f"/workers/{worker_id}/amendments"
    moved = {"kode_wilayah": "53.13.01.2001"}
    assert (await privacy.clerk.post(path, json=moved, headers=key())).status_code == 200
    await privacy.office.validated(privacy.programme_id, [row(1)])  # refused, in the old region
    await reject_open_rosters(privacy)
    there = [
        privacy.alone.client("branch", area="53.13.01", name=name) for name in ("one", "another")
    ]
    sent = await there[0].post(
        f"/workers/{worker_id}/data-requests", json={"kind": "erasure"}, headers=key()
    )
    answer = await privacy.answer(sent.json()["request_id"], by=there[1])
    assert answer.status_code == 200, answer.text
    assert await privacy.alone.rows("SELECT 1 FROM row_finding") == []
    assert len(await privacy.alone.recorded(WorkerAmended)) == 1
    assert (await privacy.alone.replay()).same
