"""What alarms and dashboards ask for is there, in the running services; each alarm has its page."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tameng import watching
from tameng.environment import SERVICES
from tests.alone import MakeAlone
from tests.architecture.repository import ROOT

FOLDER = ROOT / "deploy" / "monitoring"
PAGE = ROOT / "docs" / "operations" / "alarms.md"
PROMETHEUS = frozenset({"up", "ALERTS", "alertname"})
WORDS = frozenset(
    (
        *("sum", "max", "avg", "count", "rate", "increase", "changes", "topk", "time", "vector"),
        *("histogram_quantile", "avg_over_time", "by", "or", "and"),
    )
)
LABELS = re.compile(r"\{[^}]*\}|\[[^\]]*\]|by \([^)]*\)|[\"'][^\"']*[\"']")
NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def rules() -> list[dict[str, Any]]:
    told = yaml.safe_load((FOLDER / "alerts.yml").read_text())
    return [rule for group in told["groups"] for rule in group["rules"]]


def asked() -> Iterator[tuple[str, str]]:
    """Every expression, with where it stands."""
    for rule in rules():
        yield rule["alert"], rule["expr"]
    for file in sorted((FOLDER / "dashboards").glob("*.json")):
        for panel in json.loads(file.read_text())["panels"]:
            for target in panel["targets"]:
                yield f"{file.name}: {panel['title']}", target["expr"]


def names_in(expression: str) -> set[str]:
    """The metrics of an expression: what is neither a word of the language nor a label."""
    return set(NAME.findall(LABELS.sub(" ", expression))) - WORDS


async def test_every_metric_that_is_asked_for_exists(alone: MakeAlone) -> None:
    given: dict[str, str] = {}
    for name in SERVICES:
        service = await alone(name)
        service.service.jobs(service.running)
        shown = (await service.anonymous().get("/metrics")).text
        given |= dict(re.findall(r"^# TYPE (\S+) (\S+)$", shown, re.MULTILINE))
        read = set(re.findall(r'figures_read_timestamp_seconds\{watch="(\w+)"\}', shown))
        assert read == {"bus", *(watch.name for watch in service.service.watches)}, shown
        for watch in service.service.watches:
            missing = {each.name for each in watch.figures if f"\n{each.name}" not in shown}
            assert not missing, "registered, and told by no look"
    for name, kind in list(given.items()):
        if kind == "histogram":
            given |= {f"{name}_{part}": kind for part in ("bucket", "sum", "count")}
    unknown = {
        place: names_in(expression) - set(given) - PROMETHEUS for place, expression in asked()
    }
    assert {place: names for place, names in unknown.items() if names} == {}


def test_names_are_found_in_an_expression() -> None:
    asked = 'sum by (service, x) (rate(a_total{b="c", d=~"e"}[5m])) / b_count > 0.05 or time() - t'
    assert names_in(asked) == {"a_total", "b_count", "t"}


def test_every_alarm_has_a_page_that_says_what_to_do() -> None:
    sections = re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)[1:]
    pages = {section.partition("\n")[0]: section for section in sections}
    assert set(pages) == {rule["alert"] for rule in rules()}
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "ticket"}
        link = f"docs/operations/alarms.md#{rule['alert'].lower()}"
        assert rule["annotations"]["runbook_url"] == link
        for part in ("*Means.*", "*Look.*", "*Do.*"):
            assert part in pages[rule["alert"]], rule["alert"]


@pytest.mark.parametrize(("name", "limit"), watching.RED.items())
def test_the_terminal_is_red_where_an_alarm_fires(name: str, limit: float) -> None:
    pattern = re.compile(rf"\b{name}\b\)? > {limit}(?![0-9.])")
    assert [rule["alert"] for rule in rules() if pattern.search(rule["expr"])] != []


def test_each_alarm_fires_on_its_fault_and_none_on_a_healthy_day() -> None:
    told = yaml.safe_load((FOLDER / "alerts_test.yml").read_text())
    assert {each["name"] for each in told["tests"]} >= {rule["alert"] for rule in rules()}
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: the package prometheus)")
    done = subprocess.run(
        (promtool, "test", "rules", "alerts_test.yml"), cwd=FOLDER, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_terminal_shows_what_is_amiss_in_red() -> None:
    late = watching.Sample("claims_open", {"left": "late"}, 1)
    fine = watching.Sample("claims_open", {"left": "72h"}, 7)
    old = watching.Sample("bus_lag_age_seconds", {"topic": "a.events", "shard": "1"}, 121)
    assert (late.is_red, fine.is_red, old.is_red) == (True, False, True)
    kinds = ("none", "observation", "content-differs")
    findings = [watching.Sample("findings_open", {"kind": kind}, 1) for kind in kinds]
    assert [each.is_red for each in findings] == [False, False, True]
