"""The verifier that auditors copy away: finds every forgery, names its place, and never cries wolf.

`TAMPERINGS=1000 pytest tests/unit/test_standalone_verifier.py` tries as many seeds.
"""

import ast
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chassis.archive import segments
from chassis.archive.frames import chained, entries
from services.audit.rules import notes
from services.audit.standalone import verify_archive
from services.audit.standalone.verify_archive import Finding, Report
from tests import forgeries
from tests.archives import opened, record, records
from tests.forgeries import (
    CHECKPOINTS,
    FIRST,
    FORGERIES,
    OTHER,
    SECOND,
    SIGNER,
    STRANGER,
    WITNESS,
    Forger,
    copied,
    planted,
    tree,
)

TAMPERINGS = int(os.environ.get("TAMPERINGS", "510"))
PROGRAM = Path(verify_archive.__file__)
KEY = verify_archive.key_in(str(SIGNER.verifier))
EVENTS = 31


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(segments, "SEGMENT_BYTES_MAX", forgeries.SEGMENT_BYTES)
        return planted(tmp_path_factory.mktemp("original"))


@pytest.fixture
def archive(original: Path, tmp_path: Path) -> Path:
    return copied(original, tmp_path / "copy")


def verified(archive: Path, *, closed: bool = True) -> Report:
    return verify_archive.verify(
        archive, archive.parent / CHECKPOINTS, key=KEY, witness=None, closed=closed
    )


def first(archive: Path, *, closed: bool = True) -> Finding:
    return verified(archive, closed=closed).findings[0]


@pytest.mark.parametrize("seeds", [range(n, TAMPERINGS, 15) for n in range(15)])
def test_every_forgery_is_found_and_placed(original: Path, tmp_path: Path, seeds: range) -> None:
    for seed in seeds:
        archive = copied(original, tmp_path / str(seed))
        forgery = FORGERIES[seed % len(FORGERIES)]
        expected = forgery(Forger(archive, random.Random(seed)))
        if seed // len(FORGERIES) % 2:
            forgeries.compressed(archive)
        found = first(archive)
        told = (seed, forgery.__name__, found, expected)
        assert found.what in expected.what, told
        assert found[1:4] == expected[1:4], told
        assert expected.file is None or found.file.startswith(expected.file), told
        shutil.rmtree(archive.parent)


def test_an_untouched_archive_never_alarms(archive: Path) -> None:
    report = verified(archive)
    assert (report.findings, report.events, report.newer) == ([], EVENTS, 0)
    assert (report.checkpoints, report.newest.events) == (3, EVENTS)


def test_an_archive_that_grew_since_and_whose_tree_lags_never_alarms(archive: Path) -> None:
    with opened(archive) as writer:
        writer.append([record(9, stream=FIRST), *records(3, stream=SECOND._replace(shard=5))])
    newest = segments.segments(segments.folder_of(archive, FIRST))[-1]
    newest.write_bytes(newest.read_bytes() + record(10, stream=FIRST).body)  # half written
    report = verified(archive, closed=False)
    assert (report.findings, report.events, report.newer) == ([], EVENTS + 4, 4)
    assert "unfinished record" in report.remarks[0]


def test_what_is_newer_than_the_newest_checkpoint_is_held_together_by_digests(
    archive: Path,
) -> None:
    with opened(archive) as writer:
        writer.append([record(seq, stream=FIRST) for seq in (9, 10, 11)])
    Forger(archive, random.Random(0)).splice(FIRST, 10, lambda _: b"")
    found = first(archive, closed=False)
    assert (found.what, found.topic, found.number) == ("removed", FIRST.topic, 10)


def test_a_forger_of_the_tree_files_too_is_narrowed_down_to_two_checkpoints(archive: Path) -> None:
    forger = Forger(archive, random.Random(0))
    frames = forger.frames(SECOND)
    frames[11] = forgeries.foreign(SECOND, 12)
    forger.rewrite(SECOND, frames)
    shutil.rmtree(forger.folder(SECOND) / "tree")
    tree(archive, SECOND, 17)
    found = first(archive)
    assert found[:5] == ("changed", *SECOND, 10, 17)
    assert "checkpoint 3" in found.detail
    shutil.rmtree(forger.folder(SECOND) / "tree")
    assert first(archive)[:5] == ("changed", *SECOND, 10, 17)


def test_a_forger_of_the_leaf_alone_is_narrowed_down_to_its_neighbor(archive: Path) -> None:
    forger = Forger(archive, random.Random(0))
    frames = forger.frames(SECOND)
    frames[11] = forgeries.foreign(SECOND, 12)
    leaves = forger.folder(SECOND) / "tree" / "00"
    kept = leaves.read_bytes()
    leaves.write_bytes(kept[: 11 * 32] + bytes(32) + kept[12 * 32 :])
    forger.rewrite(SECOND, frames)
    assert first(archive)[:5] == ("changed", *SECOND, 11, 12)


def test_a_missing_tree_is_no_finding_and_a_missing_level_is_one(archive: Path) -> None:
    folder = segments.folder_of(archive, SECOND) / "tree"
    (folder / "01").unlink()
    assert first(archive).what == "cut off"
    shutil.rmtree(folder)
    assert verified(archive).findings == []


def test_a_shard_that_is_gone_is_cut_off(archive: Path) -> None:
    shutil.rmtree(segments.folder_of(archive, OTHER))
    assert first(archive)[:4] == ("cut off", *OTHER, 1)


def test_the_key_in_wrong_hands_contradicts_what_was_published_before(archive: Path) -> None:
    forger = Forger(archive, random.Random(0))
    frames = forger.frames(SECOND)
    forger.rewrite(SECOND, [*frames[:4], *frames[5:]])
    shutil.rmtree(forger.folder(SECOND) / "tree")
    sizes = forgeries.SIZES[-1] | {SECOND: 16}
    trees = {stream: tree(archive, stream, size) for stream, size in sizes.items()}
    published = forger.checkpoints.read_text()
    with forger.checkpoints.open("a") as file:
        file.write(notes.SEPARATOR + forgeries.note_of(trees, sizes))
    report = verified(archive)
    assert report.findings[0][:4] == (
        "checkpoint contradicts the one before", "checkpoints", 0, 4,
    )  # fmt: skip
    forger.checkpoints.write_text(published)
    assert first(archive)[:5] == ("changed", *SECOND, 1, 9)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("other/archive\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", "contradicts"),
        ("tameng/archive\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", "altered"),
        ("tameng/archive\nno number\n\n", "altered"),
        ("tameng/archive\n", "altered"),
    ],
)
def test_what_is_signed_must_also_be_a_checkpoint_that_follows(
    archive: Path, text: str, what: str
) -> None:
    with (archive.parent / CHECKPOINTS).open("a") as file:
        file.write(notes.SEPARATOR + notes.signed(text, SIGNER))
    found = first(archive)
    assert (found.topic, found.number) == ("checkpoints", 4)
    assert what in found.what


def test_a_number_left_out_is_found_though_the_digests_follow_on(archive: Path) -> None:
    with opened(archive) as writer:
        writer.append([record(seq, stream=FIRST) for seq in (9, 10, 11)])
    forger = Forger(archive, random.Random(0))
    frames = forger.frames(FIRST)
    forger.rewrite(FIRST, [*frames[:9], *frames[10:]], numbered=False)
    assert first(archive, closed=False)[:4] == ("removed", *FIRST, 10)


def test_a_segment_that_does_not_continue_the_one_before_is_found(archive: Path) -> None:
    path = segments.segments(segments.folder_of(archive, SECOND))[1]
    content = path.read_bytes()
    chain = digest = bytes(32)
    for each in entries(content):
        digest = chained(digest, content[each.frame])
        chain += content[each.frame] + digest
    path.write_bytes(chain)
    found = first(archive)
    assert (found.what, found.number, found.byte) == ("changed", segments.first_seq(path), 0)
    assert "does not continue" in found.detail


def test_bytes_behind_the_last_record_of_a_closed_segment_are_found(archive: Path) -> None:
    path, after, *_ = segments.segments(segments.folder_of(archive, SECOND))
    end = path.stat().st_size
    path.write_bytes(path.read_bytes() + b"more")
    found = first(archive)
    assert (found.number, found.byte) == (segments.first_seq(after), end)


def test_tree_files_that_know_more_than_the_record_are_found(archive: Path) -> None:
    folder = segments.folder_of(archive, SECOND) / "tree"
    whole = (folder / "00").read_bytes()
    (folder / "00").write_bytes(whole + bytes(32))
    assert first(archive)[:4] == ("cut off", *SECOND, 18)
    (folder / "00").write_bytes(whole)
    (folder / "05").write_bytes(bytes(32))
    assert first(archive)[:4] == ("added", *SECOND, 1)


def test_a_signature_written_in_another_way_is_an_altered_checkpoint(archive: Path) -> None:
    file = archive.parent / CHECKPOINTS
    signed = file.read_text()
    last = signed[-3]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    file.write_text(f"{signed[:-3]}{alphabet[alphabet.index(last) + 1]}=\n")
    assert first(archive)[:4] == ("checkpoint altered", "checkpoints", 0, 3)
    with pytest.raises(notes.NoteMalformed):
        notes.opened(file.read_text().split(notes.SEPARATOR)[-1], known=[SIGNER.verifier])


@pytest.mark.parametrize(
    ("line", "put", "what"),
    [
        (0, "other/archive", "checkpoint contradicts the one before"),
        (2, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "checkpoint altered"),
        (5, None, "checkpoint contradicts the one before"),
    ],
)
def test_what_the_key_signs_later_must_not_contradict_what_it_signed(
    archive: Path, line: int, put: str | None, what: str
) -> None:
    file = archive.parent / CHECKPOINTS
    signed = file.read_text()
    text = notes.opened(signed.split(notes.SEPARATOR)[-1], known=[SIGNER.verifier]).text
    lines = text.split("\n")
    if put is None:  # another root for as many events
        heads = notes.checkpoint(text).heads
        text = notes.checkpoint_text(lines[0], [heads[0]._replace(root=bytes(32)), *heads[1:]])
    else:
        lines[line] = put
        text = "\n".join(lines)
    file.write_text(signed + notes.SEPARATOR + notes.signed(text, SIGNER))
    assert first(archive)[:4] == (what, "checkpoints", 0, 4)


@pytest.mark.parametrize("package", ["zstandard", "program"])
def test_compressed_segments_are_read_and_their_damage_is_placed(
    archive: Path, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if package == "program":
        if shutil.which("zstd") is None:
            pytest.skip("needs the program zstd")
        monkeypatch.setitem(sys.modules, "zstandard", None)
    closed = segments.segments(segments.folder_of(archive, SECOND))[:-1]
    kept = closed[0].read_bytes()
    forgeries.compressed(archive)
    assert verified(archive).findings == []
    closed[0].write_bytes(kept)
    assert verified(archive).findings == []  # while both are there
    second = closed[1].with_name(f"{closed[1].name}.zst")
    whole = second.read_bytes()
    second.write_bytes(whole[: len(whole) // 2])
    found = first(archive)
    assert (found.topic, found.shard) == SECOND
    assert segments.first_seq(closed[1]) <= found.number < segments.first_seq(closed[2])
    monkeypatch.setitem(sys.modules, "zstandard", None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(verify_archive.CannotCheck, match=r"install .* or decompress it elsewhere"):
        verified(archive)


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The file alone, copied away, with nothing of the repository in reach."""
    program = shutil.copy(PROGRAM, folder / "checker.py")
    return subprocess.run(
        (sys.executable, "-I", program, *arguments),
        cwd=folder, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_file_works_alone_from_a_copied_away_place(archive: Path, tmp_path: Path) -> None:
    witnessed = archive.parent / CHECKPOINTS
    signed = witnessed.read_text().split(notes.SEPARATOR)
    signed[1] = notes.cosigned(signed[1], WITNESS, known=[SIGNER.verifier])
    witnessed.write_text(notes.SEPARATOR.join(signed))
    (tmp_path / "key").write_text(f"{SIGNER.verifier}\n")
    given = (str(archive), "--checkpoints", str(witnessed), "--key", str(tmp_path / "key"))
    witness = ("--witness", str(WITNESS.verifier))
    done = run(tmp_path, *given, *witness, "--closed")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"OK  {EVENTS} events")
    assert "up to checkpoint 2" in done.stdout

    Forger(archive, random.Random(0)).splice(SECOND, 12, lambda entry: entry[::-1])
    done = run(tmp_path, *given, "--json", "--processes", "2")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["verified"]) == (1, False)
    (found,) = answer["findings"]
    assert (found["what"], found["topic"], found["number"]) == ("changed", SECOND.topic, 12)


def test_it_says_when_it_cannot_check(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = archive.parent / CHECKPOINTS
    given = [str(archive), "--checkpoints", str(file), "--key", str(SIGNER.verifier)]
    for wrong in (
        ["/nowhere", *given[1:]],
        [*given[:2], "/nowhere", *given[3:]],
        [*given[:4], "no key"],
        [*given[:4], str(SIGNER.verifier).replace("+", "+0", 1)],
    ):
        assert verify_archive.main(wrong) == 2
        assert "cannot check" in capsys.readouterr().err
    file.write_text("")
    assert verify_archive.main(given) == 2
    with pytest.raises(SystemExit):
        verify_archive.main(["--help"])
    assert "in person" in capsys.readouterr().out


@pytest.mark.parametrize("by", [None, STRANGER, "altered"])
def test_a_wanted_witness_that_did_not_sign_is_a_finding(
    archive: Path, by: object, capsys: pytest.CaptureFixture[str]
) -> None:
    file = archive.parent / CHECKPOINTS
    signed = file.read_text()
    if by == "altered":
        line = WITNESS.line("another text\n")
        file.write_text(signed + line)
    elif isinstance(by, notes.Signer):
        text = notes.opened(signed.split(notes.SEPARATOR)[-1], known=[SIGNER.verifier]).text
        file.write_text(signed + by.line(text))
    given = [str(archive), "--checkpoints", str(file), "--key", str(SIGNER.verifier)]
    assert verify_archive.main([*given, "--witness", str(WITNESS.verifier)]) == 1
    assert verify_archive.main([*given, "--witness", given[given.index("--key") + 1]]) == 2
    told = capsys.readouterr().out
    assert ("CHECKPOINT ALTERED: checkpoint 3" if by == "altered" else "no checkpoint is") in told


def test_it_imports_nothing_but_the_standard_library_and_cryptography() -> None:
    found = set()
    for node in ast.walk(ast.parse(PROGRAM.read_text())):
        if isinstance(node, ast.Import):
            found |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).partition(".")[0])
    assert found - set(sys.stdlib_module_names) == {"cryptography"}
