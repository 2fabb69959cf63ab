"""What is generated from the events is up to date and valid; the command says when it is not."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema
from jsonschema import Draft7Validator, Draft202012Validator
from typer.testing import CliRunner

from contracts.catalogue import EVENTS, OWNERS
from contracts.compatibility import Change, Verdict
from contracts.schema import owner_of
from tameng import asyncapi, contracts, event_pages

DOCUMENT: dict[str, Any] = asyncapi.document(EVENTS, contracts.current())
PAGE = event_pages.page(EVENTS)
BILLED = "contracts/schemas/enrollment.contribution-billed.v1.json"


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what is generated and the examples, where the commands work."""
    for name in ("contracts/schemas", "contracts/examples", "docs"):
        shutil.copytree(contracts.ROOT / name, tmp_path / name)
    monkeypatch.setattr(contracts, "ROOT", tmp_path)
    return tmp_path


def run(*words: str) -> tuple[int, str]:
    answer = CliRunner().invoke(contracts.commands, words)
    return answer.exit_code, answer.output


def git(folder: Path, *words: str) -> None:
    named = ("-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(folder), *named, *words], check=True, capture_output=True)


def edit(file: Path, change: Any) -> None:
    schema = json.loads(file.read_text())
    change(schema)
    file.write_text(json.dumps(schema))


def test_everything_generated_is_up_to_date() -> None:
    assert contracts.stale(contracts.ROOT) == []
    assert contracts.without_example(contracts.ROOT) == []


def test_the_check_passes_on_what_was_just_generated(copy: Path) -> None:
    (copy / BILLED).unlink()
    assert run("generate")[0] == 0
    assert run("check") == (0, "")


def test_the_check_names_a_stale_file_and_what_it_breaks(copy: Path) -> None:
    edit(copy / BILLED, lambda schema: schema["properties"]["month"].update(maxLength=99))
    edit(copy / BILLED, lambda schema: schema.update({"x-key": "invoice_id"}))
    code, said = run("check")
    assert code == 1
    assert f"{BILLED} is stale: run `tameng contracts generate`" in said
    assert "the key was invoice_id and is worker_id" in said
    assert "BREAKS" in said


@pytest.mark.parametrize(
    "name",
    [
        "docs/events.md",
        "docs/asyncapi.yaml",
        "docs/http/claims.json",
        "docs/http/claims.md",
        BILLED,
    ],
)
def test_the_check_finds_a_file_that_is_missing_or_changed_by_hand(copy: Path, name: str) -> None:
    (copy / name).write_text((copy / name).read_text() + " ")
    assert run("check")[0] == 1
    (copy / name).unlink()
    assert run("check")[0] == 1
    run("generate")
    assert run("check")[0] == 0


def test_the_check_finds_a_schema_without_event_and_an_event_without_example(copy: Path) -> None:
    (copy / "contracts/schemas/enrollment.forgotten.v1.json").write_text('{"x-key": "a"}')
    (copy / "docs/http/forgotten.md").write_text("# Forgotten")
    shutil.rmtree(copy / "contracts/examples/claims.claim-filed.v1")
    code, said = run("check")
    assert code == 1
    assert "enrollment.forgotten.v1.json belongs to no event" in said
    assert "docs/http/forgotten.md belongs to no event or service" in said
    assert "contracts/examples/claims.claim-filed.v1/ holds no example" in said


def test_the_difference_between_revisions_says_who_deploys_first(copy: Path) -> None:
    git(copy, "init", "-q", "-b", "main")
    git(copy, "add", ".")
    git(copy, "commit", "-qm", "one")
    assert run("diff", "HEAD", "HEAD") == (0, "No event changed: deploy in any order.\n")
    claim = copy / "contracts/schemas/claims.claim-verified.v1.json"
    edit(claim, lambda schema: schema["properties"].update(place={"type": "string"}))
    git(copy, "commit", "-qam", "two")
    code, said = run("diff", "HEAD~1", "HEAD")
    assert code == 0
    assert "claims.claim-verified.v1 place: is new, with a default" in said
    assert "deploy enrollment first, then claims" in said
    assert said.endswith("1 change: deploy in this order: enrollment, claims.\n")
    edit(claim, lambda schema: schema["required"].append("place"))
    git(copy, "commit", "-qam", "three")
    code, said = run("diff", "HEAD~2", "HEAD")
    assert (code, "BREAKS" in said) == (1, True)
    assert said.endswith("Do not deploy: 1 of 1 changes break readers or old records.\n")


def test_services_that_wait_for_each_other_are_released_in_two_steps() -> None:
    waits = Change("banking.a.v1", "", "is new", Verdict.READERS_FIRST, ("claims",))
    back = Change("claims.b.v1", "", "is new", Verdict.READERS_FIRST, ("banking", "enrollment"))
    assert contracts.order([waits]) == "1 change: deploy in this order: claims, banking."
    said = contracts.order([waits, back])
    assert said == (
        "No order will do: banking and claims wait for each other. Release it in two steps."
    )


def test_a_revision_that_is_none_is_said_so() -> None:
    code, said = run("diff", "no-such-revision")
    assert code == 2
    assert "Not a valid object name" in said


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from references(each)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def resolved(reference: str, document: Any = DOCUMENT) -> Any:
    at: Any = document
    for step in reference.removeprefix("#/").split("/"):
        at = at[step]
    return at


def test_every_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    found = set(references(DOCUMENT))
    assert len(found) > 2 * len(EVENTS)
    for reference in found:
        assert resolved(reference)


def test_the_asyncapi_document_has_the_shape_of_version_3() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    ApplicationSchema.model_validate(DOCUMENT)
    allowed = {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations"}
    assert set(DOCUMENT) <= allowed | {"components"}
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in ("send", "receive")
        inside = f"{operation['channel']['$ref']}/messages/"
        assert all(each["$ref"].startswith(inside) for each in operation["messages"])


@pytest.mark.parametrize("owner", OWNERS)
def test_a_channel_is_a_topic_with_all_its_events(owner: str) -> None:
    channel = DOCUMENT["channels"][owner]
    own = {name for name, event in EVENTS.items() if owner_of(event) == owner}
    assert channel["address"] == f"{owner}.events"
    assert set(channel["messages"]) == own
    for reference in channel["messages"].values():
        message = resolved(reference["$ref"])
        Draft7Validator.check_schema(message["payload"])
        assert message["headers"]["allOf"][1]["properties"]["ce_type"]["const"] == message["name"]


@pytest.mark.parametrize("name", EVENTS)
def test_examples_fit_the_payload_in_the_asyncapi_document(name: str) -> None:
    whole = {"$ref": f"#/components/messages/{name}/payload", "components": DOCUMENT["components"]}
    validate = Draft202012Validator(whole)
    for file in (contracts.ROOT / contracts.EXAMPLES / name).glob("*.json"):
        validate.validate(json.loads(file.read_text()))
        assert not validate.is_valid({**json.loads(file.read_text()), "event_id": 1})


def test_the_yaml_says_what_the_document_says() -> None:
    assert yaml.load(asyncapi.text(EVENTS, contracts.current()), yaml.CSafeLoader) == DOCUMENT


@pytest.mark.parametrize("name", EVENTS)
def test_the_page_names_every_event_and_field(name: str) -> None:
    event = EVENTS[name]
    section = PAGE.partition(f"\n### {name}\n")[2].partition("\n### ")[0]
    own = set(event.model_fields) - {"event_id", "occurred_at", "causation_id", "correlation_id"}
    assert own
    for field in own:
        assert f"| `{field}`" in section
    assert f"key: `{event.key_field}`" in section
    assert all(reader in section for reader in event.readers)
