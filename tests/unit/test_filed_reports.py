"""A filed report: readable, resting on a checkpoint, signed; whoever changes it is found out."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chassis.bus.brokers import Brokers
from services.audit.adapters.signing import Signer
from services.audit.rules import reports as signed_reports
from services.audit.settings import signing_key_in
from services.audit.standalone import verify_report
from tameng import reports
from tameng.machine import Described
from tameng.reports import Filed, Section
from tests.architecture.test_alone import environment

NOTE = "tameng/archive\n1234\nroot\nbanking.events 1 1234 root\n\n— tameng/archive AAAA\n"
OLDER = NOTE.replace("1234", "1200")


def described(folder: Path) -> Described:
    """A machine whose audit service has signed two checkpoints."""
    settings = environment("audit", folder)
    Path(settings["AUDIT_CHECKPOINTS_FILE"]).write_text(f"{OLDER}---\n{NOTE}", encoding="utf-8")
    return Described(
        pid=1, urls={}, environments={"audit": settings}, origins={}, kafka=Brokers(addresses=""),
        topic_prefix="",
        clock_file=None, keys_folder="", kept={},
    )  # fmt: skip


async def filed(folder: Path) -> tuple[Filed, Signer]:
    """A report by the audit service's own command."""
    machine = described(folder)
    section = Section("Rows", ("Row", "Number"), [("<b>a & b</b>", "1,234")], note="one < two")
    made = await reports.filed(
        machine, folder / "reports", name="replay", title="A replay", passed=False,
        verdict="Not the same.", sections=[section], answer={"same": False},
    )  # fmt: skip
    return made, Signer(
        signing_key_in(Path(machine.environments["audit"]["AUDIT_SIGNING_KEY_FILE"]))
    )


async def test_a_report_is_read_by_people_and_machines_and_its_signature_by_anybody(
    tmp_path: Path,
) -> None:
    made, signer = await filed(tmp_path)
    page = made.html.read_text(encoding="utf-8")
    assert "&lt;b&gt;a &amp; b&lt;/b&gt;" in page
    assert '<td class="number">1,234</td>' in page
    assert "one &lt; two" in page
    assert "1,234 events" in page
    assert "<script" not in page
    told = json.loads(made.json.read_text(encoding="utf-8"))
    assert (told["passed"], told["checkpoint"], told["answer"]) == (False, NOTE, {"same": False})

    key = str(signer.verifier)
    note = made.note.read_text(encoding="utf-8")
    text = verify_report.signed_text(note, key)
    assert verify_report.check_files(text, made.html.parent) == ["replay.html", "replay.json"]

    made.json.write_text("{}")
    with pytest.raises(verify_report.Wrong, match=r"replay\.json is not the file"):
        verify_report.check_files(text, made.html.parent)
    made.json.unlink()
    with pytest.raises(verify_report.Wrong, match=r"replay\.json: No such file"):
        verify_report.check_files(text, made.html.parent)

    forged: dict[str, Callable[[str], str]] = {
        "did not sign": lambda whole: whole.replace("replay.html", "other.html"),
        "this key did not": lambda whole: whole.replace("— tameng/archive", "— somebody"),
    }
    for words, forge in forged.items():
        with pytest.raises(verify_report.Wrong, match=words):
            verify_report.signed_text(forge(note), key)
    with pytest.raises(verify_report.CannotCheck, match="not the note of a report"):
        verify_report.signed_text(signer.note("tameng/archive\n1\nroot\n"), key)
    with pytest.raises(verify_report.CannotCheck, match="NAME"):
        verify_report.signed_text(note, "no key")


@pytest.mark.parametrize("name", ["", "../a", "a\nb", ".hidden"])
def test_only_plain_file_names_are_signed(name: str) -> None:
    with pytest.raises(signed_reports.NameUnfit):
        signed_reports.report_text({name: b""})
