"""`tameng benefit compute`: what is due, from facts in a file."""

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from tameng import benefit
from tameng.problems import Problem

app = typer.Typer()
app.add_typer(benefit.commands, name="benefit")
DEATH = dedent(benefit.EXAMPLE)
INJURY: dict[str, Any] = {
    "kind": "work-accident",
    "filed_on": "2025-08-01",
    "decided_on": "2025-08-01",
    "happened_on": "2025-07-20",
    "spells": [{"covered_from": "2025-07-01T08:00:00+08:00"}],
    "paid": [{"month": "2025-07", "paid_on": "2025-07-01"}],
    "accident": {"trips": [{"mode": "land", "cost": 6_000_000}]},
}


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["benefit", "compute", *map(str, words)], terminal_width=200)


def written(file: Path, content: str | object) -> Path:
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def refusal(file: Path) -> str:
    answer = run(file)
    assert isinstance(answer.exception, Problem)
    return str(answer.exception)


def test_the_example_of_the_help_is_computed_as_the_help_says(tmp_path: Path) -> None:
    answer = run(written(tmp_path / "death.toml", DEATH))
    assert answer.exit_code == 0
    for words in ("death of 2025-11-01", "42,000,000", "wait ends on  2025-10-09", "Rp42.000.000"):
        assert words in answer.output


def test_the_help_shows_the_example() -> None:
    answer = run("--help")
    assert 'kind = "death"' in answer.output
    assert "--json" in answer.output


def test_several_facts_are_answered_in_their_order_as_json(tmp_path: Path) -> None:
    before_cover = INJURY | {"happened_on": "2025-06-20"}
    answer = run(written(tmp_path / "several.json", [INJURY, before_cover]), "--json")
    first, second = json.loads(answer.output)
    assert (first["total"], first["ground"]) == (5_000_000, None)
    assert first["explanation"]["steps"][0]["benefit"] == "transport"
    assert (second["total"], second["ground"]) == (0, "not-covered")


def test_several_facts_stand_in_one_toml_file(tmp_path: Path) -> None:
    case = DEATH.replace("2025-11-01", "2025-07-20")
    facts = "\n".join(["[[facts]]", DEATH, "[[facts]]", case])
    answer = run(written(tmp_path / "two.toml", facts), "--json")
    assert [each["total"] for each in json.loads(answer.output)] == [42_000_000, 10_000_000]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "theft"}, "facts 1: kind: "),
        ({"happened_on": "yesterday"}, "facts 1: happened_on: "),
        ({"base_incme": 1}, "facts 1: base_incme: there is no such field"),
        ({"spells": [{"covered_from": "soon"}]}, "facts 1: spells.1.covered_from: "),
        (
            {"spells": [{"covered_from": "2025-07-01T08:00:00"}]},
            "facts 1: spells.1.covered_from: say the offset",
        ),
        (
            {"accident": {"trips": [{"mode": "land", "cost": 1, "costs": 2}]}},
            "facts 1: accident.trips.1.costs: there is no such field",
        ),
        ({"accident": {"medical_cost": -5}}, "facts 1: accident.medical_cost: "),
        ({"base_income": 0}, "facts 1: base_income: "),
        ({"last_promised_month": "Dec 2025"}, "facts 1: last_promised_month: "),
        (
            {"paid": [{"month": "2025-13", "paid_on": "2025-07-01"}]},
            "facts 1: paid.1.month: ",
        ),
        (
            {"accident": {"disabilities": [{"code": "thumb-right", "function_lost": 300}]}},
            "facts 1: accident.disabilities.1.function_lost: ",
        ),
        ({"accident": {"disabilities": [{"code": "tail"}]}}, "(disability-unknown)"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    assert words in refusal(written(tmp_path / "wrong.json", INJURY | change))


def test_a_missing_field_is_named(tmp_path: Path) -> None:
    facts = {name: value for name, value in INJURY.items() if name != "filed_on"}
    assert "facts 2: filed_on: " in refusal(written(tmp_path / "wrong.json", [INJURY, facts]))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("facts.json", "{", "cannot be read as JSON"),
        ("facts.toml", "kind = ", "cannot be read as TOML"),
        ("facts.yaml", "kind: death", "ends in neither"),
        ("facts.json", "[]", "holds no facts"),
        ("facts.json", "[1]", "holds no facts"),
    ],
)
def test_a_file_that_holds_no_facts_is_refused(
    tmp_path: Path, name: str, content: str, words: str
) -> None:
    assert words in refusal(written(tmp_path / name, content))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "cannot read" in refusal(tmp_path / "none.json")
