"""Checkpoints of a running service: signed when the record grew, provable, cosigned, and checked by
the verifier that needs nothing of ours."""

import subprocess
import sys
from base64 import b64decode
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.archive import segments
from chassis.archive.frames import framed
from chassis.bus.admission import Record, Stream
from contracts.audit import CheckpointCosigned, CheckpointSigned, FindingRaised
from contracts.event import Event
from services.audit.adapters.notes_file import NotesFile
from services.audit.rules import merkle, notes
from services.audit.standalone import verify_archive
from tests.alone import Alone, MakeAlone, key, read
from tests.archives import records

OMBUDSMAN = notes.Signer("ombudsman", Ed25519PrivateKey.from_private_bytes(bytes(32)))


@pytest.fixture
async def audit(alone: MakeAlone, tmp_path: Path) -> Alone:
    witnesses = tmp_path / "witnesses"
    witnesses.write_text(f"{OMBUDSMAN.verifier}\n")
    return await alone("audit", witness_keys_file=witnesses)


def stream(audit: Alone, shard: int = 3) -> Stream:
    return Stream(audit.running.topics.of("claims"), shard)


async def hear(audit: Alone, last: int, *, shard: int = 3) -> list[Record]:
    heard = records(last, stream=stream(audit, shard))
    await audit.running.consumer.store.apply(heard)
    return heard


async def own_events_come_back(audit: Alone) -> None:
    """What the service recorded, as Kafka would bring it."""
    rows = await audit.rows("SELECT type, body FROM event_log ORDER BY shard, seq")
    events: list[Event] = [read(row) for row in rows]
    await audit.hear(*events)


async def latest(audit: Alone) -> dict[str, Any]:
    answer = await audit.client("auditor", area="53").get("/checkpoint")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def sizes(note: str) -> dict[int, tuple[int, bytes]]:
    """Of each shard, how many events it has by a note, and the root over them."""
    heads = notes.checkpoint(note.rpartition("\n\n")[0] + "\n").heads
    return {head.shard: (head.size, head.root) for head in heads}


def standalone(audit: Alone, *more: str) -> "subprocess.CompletedProcess[str]":
    settings = audit.running.settings
    return subprocess.run(
        [
            sys.executable, verify_archive.__file__, str(settings.archive_folder),
            "--checkpoints", str(settings.notes_path()),
            "--key", str(audit.running.tools.signer.verifier), *more,
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


async def test_what_came_is_vouched_for_once(audit: Alone) -> None:
    await audit.work("checkpoints")
    assert not await audit.recorded(CheckpointSigned)
    await hear(audit, 4)
    for _ in range(2):
        await audit.work("checkpoints")
    (signed,) = await audit.recorded(CheckpointSigned)
    assert (signed.events, signed.signed_by) == (4, "audit")
    await own_events_come_back(audit)
    await audit.work("checkpoints")
    assert len(await audit.recorded(CheckpointSigned)) == 1  # its own event is no news
    await hear(audit, 6)
    await audit.work("checkpoints")
    assert [each.events for each in await audit.recorded(CheckpointSigned)] == [4, 7]
    assert (await audit.replay()).same


async def test_the_standalone_verifier_agrees_and_finds_what_is_touched(audit: Alone) -> None:
    for last in (3, 5):
        await hear(audit, last)
        await audit.work("checkpoints")
    whole = standalone(audit)
    assert (whole.returncode, whole.stderr) == (0, ""), whole.stdout
    (segment,) = audit.running.settings.archive_folder.glob("*/03/*.segment")
    content = bytearray(segment.read_bytes())
    content[-40] ^= 1
    segment.write_bytes(content)
    touched = standalone(audit)
    assert touched.returncode == 1
    assert touched.stdout.startswith("CHANGED: ")


async def test_a_record_and_its_growth_are_proven_to_whoever_has_the_notes(audit: Alone) -> None:
    heard = await hear(audit, 5)
    await audit.work("checkpoints")
    old, old_root = sizes((await latest(audit))["note"])[3]
    heard = await hear(audit, 11)
    await audit.work("checkpoints")
    new, new_root = sizes((await latest(audit))["note"])[3]
    assert (old, new) == (5, 11)
    auditor = audit.client("auditor", area="53")
    topic, shard = stream(audit)

    told = (await auditor.get(f"/proofs/{topic}/{shard}/4", params={"size": new})).json()
    proof = [b64decode(each) for each in told["proof"]]
    assert b64decode(told["root"]) == new_root
    leaf = merkle.leaf_hash(framed(heard[3]))
    assert merkle.is_included(leaf, 3, new, proof=proof, root=new_root)
    other = merkle.leaf_hash(framed(heard[4]))
    assert not merkle.is_included(other, 3, new, proof=proof, root=new_root)

    told = (await auditor.get(f"/proofs/{topic}/{shard}", params={"old": old, "new": new})).json()
    proof = [b64decode(each) for each in told["proof"]]
    assert merkle.is_consistent(old, new, proof=proof, old_root=old_root, new_root=new_root)
    assert not merkle.is_consistent(old, new, proof=proof, old_root=new_root, new_root=new_root)

    for path in (f"/proofs/{topic}/{shard}/4?size=99", f"/proofs/{topic}/9/1?size=1",
                 f"/proofs/{topic}/{shard}?old=9&new=4"):  # fmt: skip
        refused = await auditor.get(path)
        assert (refused.status_code, refused.json()["slug"]) == (404, "not-in-the-tree"), path


async def cosign(audit: Alone, checkpoint_id: str, note: str) -> httpx.Response:
    path = f"/checkpoints/{checkpoint_id}/cosignature"
    return await audit.client("auditor", area="53").post(path, json={"note": note}, headers=key())


async def test_a_witness_puts_its_name_below_and_nobody_else(audit: Alone) -> None:
    await hear(audit, 3)
    await audit.work("checkpoints")
    checkpoint = await latest(audit)
    note = checkpoint["note"]
    stranger = notes.Signer("stranger", Ed25519PrivateKey.generate())
    known = [audit.running.tools.signer.verifier]
    wrong = {
        note: "witness-unknown",
        notes.cosigned(note, stranger, known=known): "witness-unknown",
        note.replace("\n3\n", "\n4\n"): "other-note",
    }
    for sent, slug in wrong.items():
        assert (await cosign(audit, checkpoint["checkpoint_id"], sent)).json()["slug"] == slug
    cosigned = notes.cosigned(note, OMBUDSMAN, known=known)
    answer = await cosign(audit, checkpoint["checkpoint_id"], cosigned)
    assert (answer.status_code, answer.json()["note"]) == (200, cosigned)
    (event,) = await audit.recorded(CheckpointCosigned)
    assert event.witness == "ombudsman"
    assert (await latest(audit))["note"] == cosigned
    assert (await audit.replay()).same


async def test_the_key_is_told_to_anybody(audit: Alone) -> None:
    answer = await audit.anonymous().get("/checkpoint-key")
    assert notes.verifier(answer.text).name == "tameng/archive"


def test_a_note_that_was_half_written_is_cut_off(tmp_path: Path) -> None:
    signer = notes.Signer("tameng/archive", Ed25519PrivateKey.generate())
    path = tmp_path / "notes"
    file = NotesFile(path)
    first, second = (notes.signed(f"{text}\n", signer) for text in ("one", "two"))
    file.append(first)
    whole = path.read_bytes()
    file.append(second)
    both = path.read_bytes()
    for cut in range(len(whole) + 1, len(both)):
        path.write_bytes(both[:cut])
        again = NotesFile(path)
        assert again.last() == first, cut
        again.append(second)
        assert path.read_bytes() == both


def test_a_note_that_covers_less_than_the_last_is_left_out(tmp_path: Path) -> None:
    signer = notes.Signer("tameng/archive", Ed25519PrivateKey.generate())
    less, more = (
        notes.signed(notes.checkpoint_text("o", [notes.TreeHead("t", 0, size, bytes(32))]), signer)
        for size in (9, 10)
    )
    NotesFile(tmp_path / "notes").append(more)
    file = NotesFile(tmp_path / "notes")
    file.append(less)
    assert (tmp_path / "notes").read_text() == more
    file.append(more)
    assert (tmp_path / "notes").read_text() == more + notes.SEPARATOR + more


async def test_what_is_closed_is_vouched_for_at_once_and_compressed(
    audit: Alone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "SEGMENT_BYTES_MAX", 500)
    await hear(audit, 2)
    (vouch,) = (job for job in audit.service.jobs(audit.running) if job.name == "closed segments")
    await vouch.step()
    assert not await audit.recorded(CheckpointSigned)
    await hear(audit, 9)
    await vouch.step()
    await vouch.step()
    await audit.work("compression")
    (signed,) = await audit.recorded(CheckpointSigned)
    assert signed.events == 9
    shard = segments.folder_of(audit.running.settings.archive_folder, stream(audit))
    *closed, newest = segments.segments(shard)
    assert {path.suffix for path in closed} == {".zst"}
    assert newest.suffix == ".segment"
    auditor = audit.client("auditor", area="53")
    told = (await auditor.post("/verifications", json={}, headers=key())).json()
    assert (told["verified"], told["events"]) == (True, 9)
    topic, number = stream(audit)
    for seq in range(1, 10):
        assert (await auditor.get(f"/events/{topic}/{number}/{seq}")).json()["seq"] == seq
    assert (await auditor.get("/figures")).json()["segments"] == len(closed) + 1
    assert standalone(audit).returncode == 0
    await hear(audit, 9)  # once more: nothing differs
    assert not await audit.recorded(FindingRaised)
    assert audit.service.closing is not None
    await hear(audit, 10)
    await audit.service.closing(audit.running)
    assert [each.events for each in await audit.recorded(CheckpointSigned)][-1] == 10
