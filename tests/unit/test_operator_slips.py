"""What an operator types wrongly is told, and what hangs hides nothing else."""

import asyncio
import io
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from chassis import parked
from tameng import cli, drain, joined_logs, standing
from tameng.problems import Problem
from tameng.replay import replay

STANDS = {"log": [{"shard": 0, "head": 7, "sent": 7}], "streams": [], "closed": None}


class Operator:
    """Asks services, one of which hangs."""

    async def get(self, service: str, path: str) -> dict[str, Any]:
        assert path == "/status"
        if service == "claims":
            await asyncio.sleep(60)
        return STANDS


async def test_a_service_that_hangs_hides_none_that_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(drain, "ANSWER_S", 0.05)
    found = await drain.answering(Operator())  # type: ignore[arg-type]  # all that is asked of it
    assert list(found) == ["enrollment", "banking", "audit"]
    console = Console(width=200, record=True, file=io.StringIO())
    for table in standing.tables(found):
        console.print(table)
    assert console.export_text().count("?") == 3, "the lag behind claims is known of nobody"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--role", "branch", "--name", " "], "say who in --name"),
        (["--role", "branch", "--name", "clerk", "--area", "99.9"], "no region code"),
    ],
)
def test_no_token_is_made_that_no_service_takes(options: list[str], words: str) -> None:
    answer = CliRunner().invoke(cli.app, ["token", *options])
    assert isinstance(answer.exception, Problem)
    assert words in str(answer.exception)


@pytest.mark.parametrize("until", ["2025-08-01T00:00", "yesterday"])
def test_a_moment_without_its_offset_is_refused_before_the_replay(until: str) -> None:
    with pytest.raises(Problem, match=r"offset, as 2025-08-01T00:00\+08:00"):
        replay("claims", until=until)


def test_a_folder_that_cannot_be_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "report"
    file.touch()
    monkeypatch.setattr("sys.argv", ["tameng", "replay", "claims", "--report", str(file)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert capsys.readouterr().out == f"tameng: {file}: File exists\n"


def test_an_id_of_which_nothing_is_logged_is_told(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    with pytest.raises(Problem, match="no service has logged anything"):
        joined_logs.logs(UUID(int=1), tmp_path)


def test_a_key_of_which_nothing_is_parked_is_told() -> None:
    with pytest.raises(typer.BadParameter, match="nothing of this key is parked"):
        parked._some([])
