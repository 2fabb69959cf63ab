"""`tameng trace` and `tameng logs`: a story as a tree, log lines of all services joined."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from rich.console import Console

from tameng.joined_logs import joined
from tameng.trace import ALIKE_MAX, Told, trees

BEGAN = datetime(2025, 7, 1, tzinfo=UTC)
ENROLLED, OPENED = "enrollment.worker-enrolled.v1", "banking.account-opened.v1"


def told(event: str, cause: str, kind: str, *, after_s: int = 0) -> Told:
    at = BEGAN + timedelta(seconds=after_s)
    return Told(event, cause, at, kind.partition(".")[0], kind, f"key of {event}", "", None)


def shown(story: list[Told], subject: str) -> str:
    console = Console(file=io.StringIO(), width=120)
    for tree in trees(story, subject):
        console.print(tree)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def test_effects_stand_under_their_cause_and_the_asked_one_is_always_shown() -> None:
    many = [told(f"w{n}", "command", ENROLLED) for n in range(9)]
    text = shown([told("a8", "w8", OPENED, after_s=7500), *many], "a8")
    lines = text.splitlines()
    assert lines[0] == "command command"
    assert text.count("worker-enrolled ") + text.count("worker-enrolled\n") == ALIKE_MAX + 1
    assert f"… 9 of {ENROLLED} in all" in text
    opened = next(line for line in lines if "account-opened" in line)
    assert opened.index("──") == 5, "one deeper than its cause"
    assert "+2 h  banking" in opened
    assert "event a8" in text
    assert "A savings account exists for a member or an heir" in text


def test_what_no_event_caused_begins_a_tree_of_its_own() -> None:
    text = shown([told("b", "second", OPENED, after_s=5), told("a", "first", ENROLLED)], "b")
    assert text.index("command first") < text.index("command second")


def test_lines_of_one_command_are_joined_in_the_order_of_time(tmp_path: Path) -> None:
    mine, other = UUID(int=1), UUID(int=2)

    def line(time: str, service: str, correlation: UUID) -> str:
        told = {"time": time, "service": service, "level": "info", "message": "answered"}
        return json.dumps(told | {"correlation_id": str(correlation), "route": "GET /x"})

    (tmp_path / "claims.log").write_text(
        "\n".join([line("10:02", "claims", mine), line("10:01", "claims", other), "no json"])
    )
    (tmp_path / "banking.log").write_text(line("10:01", "banking", mine) + "\n")
    assert joined(tmp_path, mine) == [
        "10:01 banking info answered route=GET /x",
        "10:02 claims info answered route=GET /x",
    ]
