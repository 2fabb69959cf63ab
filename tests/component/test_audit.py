"""The audit service alone: what it archives, vouches for, finds and answers."""

import os
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bus.admission import Record, Stream
from chassis.state.database import owner_engine
from contracts.audit import CheckpointSigned, FindingRaised
from services.audit.rules import checkpoints
from tests.alone import Alone, MakeAlone, key
from tests.archives import bounds, records

ROOT_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.fixture
async def audit(alone: MakeAlone) -> Alone:
    return await alone("audit")


def arrived(audit: Alone, last: int, *, shard: int = 3) -> list[Record]:
    """Records of claims as they come from Kafka."""
    return records(last, stream=Stream(audit.running.topics.of("claims"), shard))


async def hear(audit: Alone, *heard: Record) -> None:
    await audit.running.consumer.store.apply(heard)


async def verify(audit: Alone, name: str | None = None) -> dict[str, Any]:
    auditor = audit.client("auditor", area="53")
    answer = await auditor.post("/verifications", json={}, headers=key(name))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def segment(audit: Alone) -> Path:
    (found,) = audit.running.settings.archive_folder.glob("*/03/*.segment")
    return Path(found)


async def test_a_verification_signs_the_heads_of_what_is_archived(audit: Alone) -> None:
    await hear(audit, *arrived(audit, 3), *arrived(audit, 2, shard=4))
    topic = audit.running.topics.of("claims")
    answer = await verify(audit)
    (signed,) = await audit.recorded(CheckpointSigned)
    assert answer == {
        "verified": True,
        "events": 5,
        "events_by_topic": {topic: 5},
        "root": signed.root,
        "finding": None,
    }
    assert [(h.topic, h.shard, h.seq) for h in signed.heads] == [(topic, 3, 3), (topic, 4, 2)]
    assert signed.root == checkpoints.root(signed.heads).hex()
    assert audit.running.tools.signer.has_signed(bytes.fromhex(signed.root), signed.signature)
    assert (await audit.replay()).same


async def test_an_empty_archive_is_whole(audit: Alone) -> None:
    answer = await verify(audit)
    assert (answer["verified"], answer["events"], answer["root"]) == (True, 0, ROOT_OF_NOTHING)


async def test_a_repeated_request_signs_one_checkpoint(audit: Alone) -> None:
    first = await verify(audit, "once")
    await hear(audit, *arrived(audit, 1))
    assert await verify(audit, "once") == first
    assert len(await audit.recorded(CheckpointSigned)) == 1


async def test_a_flipped_byte_is_told_with_its_place_and_goes_on_record(audit: Alone) -> None:
    await hear(audit, *arrived(audit, 3))
    content = bytearray(segment(audit).read_bytes())
    start = bounds(bytes(content))[1][0]
    content[start + 30] ^= 1
    segment(audit).write_bytes(content)
    answer = await verify(audit)
    topic = audit.running.topics.of("claims")
    place = {
        "kind": "archive-damaged",
        "topic": topic,
        "shard": 3,
        "seq": 2,
        "file": f"{topic}/03/{segment(audit).name}",
        "byte": start,
    }
    assert answer["finding"] | place == answer["finding"]
    assert (answer["verified"], answer["root"], answer["events"]) == (False, None, 1)
    (raised,) = await audit.recorded(FindingRaised)
    assert (raised.kind, raised.place) == ("archive-damaged", f"{topic} 3 2")
    assert await audit.recorded(CheckpointSigned) == []
    assert (await audit.replay()).same


async def test_a_truncated_archive_is_noticed_by_the_last_checkpoint(audit: Alone) -> None:
    await hear(audit, *arrived(audit, 3))
    assert (await verify(audit))["verified"]
    os.truncate(segment(audit), bounds(segment(audit).read_bytes())[2][0])
    answer = await verify(audit)
    assert (answer["verified"], answer["finding"]["seq"]) == (False, 3)
    assert "3 records were signed" in answer["finding"]["detail"]


async def test_a_checkpoint_changed_by_hand_is_not_believed(audit: Alone) -> None:
    await hear(audit, *arrived(audit, 3))
    await verify(audit)
    owner = owner_engine(audit.urls.owner, application="test")
    async with AsyncSession(owner) as session, session.begin():
        await session.execute(text("UPDATE checkpoints SET heads = '[]'"))
    await owner.dispose()
    answer = await verify(audit)
    assert answer["finding"]["kind"] == "checkpoint-altered"
    assert not (await audit.replay()).same


async def test_records_that_come_again_are_archived_once(audit: Alone) -> None:
    await hear(audit, *arrived(audit, 3))
    before = segment(audit).read_bytes()
    await hear(audit, *arrived(audit, 3), *arrived(audit, 3))
    assert segment(audit).read_bytes() == before
    assert await audit.recorded(FindingRaised) == []


async def test_another_content_under_a_number_is_one_finding_and_changes_nothing(
    audit: Alone,
) -> None:
    first, second = arrived(audit, 2)
    forged = second._replace(body=b"{}")
    await hear(audit, first, second, forged)
    before = segment(audit).read_bytes()
    await hear(audit, forged)
    await hear(audit, first, forged)
    assert segment(audit).read_bytes() == before
    (raised,) = await audit.recorded(FindingRaised)
    assert raised.kind == "content-differs"
    assert raised.place == f"{audit.running.topics.of('claims')} 3 2"
    assert (await audit.replay()).same


async def test_records_beyond_a_gap_wait_for_the_missing_one(audit: Alone) -> None:
    first, second, third = arrived(audit, 3)
    admission = await audit.running.consumer.store.apply([first, third])
    assert admission.gaps == {first.stream: 2}
    assert await audit.running.consumer.store.watermarks() == {first.stream: 1}
    await hear(audit, second, third)
    assert (await verify(audit))["events"] == 3


async def test_its_own_events_are_archived_like_everybodys(audit: Alone) -> None:
    await verify(audit)
    await audit.hear(*await audit.recorded(CheckpointSigned))
    answer = await verify(audit)
    assert answer["events_by_topic"] == {audit.running.topics.of("audit"): 1}


async def test_an_archived_event_is_shown_as_it_came(audit: Alone) -> None:
    (given,) = arrived(audit, 1)
    await hear(audit, given)
    auditor = audit.client("auditor", area="53")
    answer = await auditor.get(f"/events/{given.stream.topic}/3/1")
    assert answer.json() == {
        "topic": given.stream.topic,
        "shard": 3,
        "seq": 1,
        "event_id": str(given.event_id),
        "key": "the-key",
        "headers": [
            {"name": "ce_id", "value": str(given.event_id)},
            {"name": "empty", "value": ""},
            {"name": "null", "value": None},
            {"name": "ce_id", "value": "\\xff"},
        ],
        "body": {"number": 1},
    }


@pytest.mark.parametrize(
    ("body", "shown"),
    [(b'{"a": [1]}', {"a": [1]}), (b"NaN", "NaN"), (b"\xff{", "\\xff{"), (b"[" * 9000, "[" * 9000)],
)
async def test_any_body_can_be_shown(audit: Alone, body: bytes, shown: object) -> None:
    (given,) = arrived(audit, 1)
    await hear(audit, given._replace(body=body))
    answer = await audit.client("auditor", area="53").get(f"/events/{given.stream.topic}/3/1")
    assert answer.json()["body"] == shown


async def test_what_is_not_archived_is_not_found(audit: Alone) -> None:
    await hear(audit, *arrived(audit, 1))
    auditor = audit.client("auditor", area="53")
    for place in (f"{audit.running.topics.of('claims')}/3/2", "nowhere/0/1", "..%2f../0/1"):
        answer = await auditor.get(f"/events/{place}")
        assert answer.status_code == 404
    assert (await auditor.get("/events/a/12/1")).status_code == 422
    assert (await auditor.get("/events/a/0/0")).status_code == 422


async def test_the_figures_count_what_is_archived_signed_and_found(audit: Alone) -> None:
    await hear(audit, *arrived(audit, 3))
    admin = audit.client("admin", area="53")
    before = (await admin.get("/figures")).json()
    assert (before["last_checkpoint"], before["findings"]) == (None, 0)
    await verify(audit)
    await hear(audit, arrived(audit, 3)[2]._replace(body=b"{}"))
    figures = (await admin.get("/figures")).json()
    (signed,) = await audit.recorded(CheckpointSigned)
    assert figures["events"] == 3
    assert figures["events_by_topic"] == {audit.running.topics.of("claims"): 3}
    assert (figures["segments"], figures["bytes"]) == (1, segment(audit).stat().st_size)
    assert UUID(figures["last_checkpoint"]["checkpoint_id"]) == signed.checkpoint_id
    assert (figures["last_checkpoint"]["events"], figures["findings"]) == (3, 1)
    assert figures["findings_by_kind"] == {"content-differs": 1}


async def test_the_status_shows_the_archives_positions(audit: Alone) -> None:
    await hear(audit, *arrived(audit, 3))
    status = (await audit.client("admin", area="53").get("/status")).json()
    assert [(s["shard"], s["watermark"], s["gap"]) for s in status["streams"]] == [(3, 3, False)]


async def test_only_auditors_verify_and_read_events(audit: Alone) -> None:
    def status(answer: httpx.Response) -> tuple[int, str]:
        return answer.status_code, answer.json()["slug"]

    nobody = audit.anonymous()
    assert status(await nobody.get("/figures")) == (401, "token-missing")
    for role in ("admin", "branch", "approver", "bank", "province", "district"):
        other = audit.client(role, area="53")
        verified = await other.post("/verifications", json={}, headers=key())
        assert status(verified) == (403, "role-not-allowed")
        assert status(await other.get("/events/a/0/1")) == (403, "role-not-allowed")
    bank = audit.client("bank", area="53")
    assert status(await bank.get("/figures")) == (403, "role-not-allowed")
    assert await audit.recorded(CheckpointSigned) == []


async def test_an_unknown_field_is_refused(audit: Alone) -> None:
    auditor = audit.client("auditor", area="53")
    answer = await auditor.post("/verifications", json={"force": True}, headers=key())
    assert (answer.status_code, answer.json()["slug"]) == (422, "field-unknown")
