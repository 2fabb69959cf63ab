"""The deployment as files: what each container is given is what its service asks for."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from chassis.settings import load
from tameng.deployed import secrets
from tameng.deployed.machine import surroundings
from tameng.environment import of_service
from tests.architecture.repository import ROOT, SERVICES

COMPOSE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$\{(\w+)(?::?-([^}]*))?\}")
GROUPS = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]


@pytest.fixture(scope="module")
def parts() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())["services"]
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("secrets")
    assert secrets.write(folder) > 0
    assert secrets.write(folder) == 0
    return folder


def environment(part: Mapping[str, Any]) -> dict[str, str]:
    """What Compose gives a container when nothing is set in .env."""
    return {
        name: VARIABLE.sub(lambda found: found[2] or "", str(value))
        for name, value in part["environment"].items()
    }


def mounts(part: Mapping[str, Any]) -> dict[str, str]:
    """Where a container sees which folder of the secrets."""
    return {
        volume["target"]: volume["volume"]["subpath"]
        for volume in part.get("volumes", ())
        if isinstance(volume, dict)
    }


@pytest.mark.parametrize(
    "command",
    [
        ("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"),
        ("hadolint", "--failure-threshold", "info", "Dockerfile"),
    ],
    ids=["compose", "Dockerfile"],
)
def test_the_files_are_what_their_readers_take(command: tuple[str, ...]) -> None:
    tool = Path(sys.executable).with_name(command[0])
    done = subprocess.run((tool, *command[1:]), cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()


@pytest.mark.parametrize("part", [*SERVICES, *(f"{each}-migrate" for each in SERVICES)])
def test_a_service_starts_from_what_its_container_is_given(
    part: str,
    parts: dict[str, Any],
    made: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given, service = environment(parts[part]), part.removesuffix("-migrate")
    settings_class = import_module(f"services.{service}.settings").Settings
    known = {f"{service}_{field}".upper() for field in settings_class.model_fields}
    assert given.keys() <= known
    (tmp_path / "now").write_text("2025-07-01T08:00:00+08:00")
    for name, value in given.items():
        here = value
        for target, folder in mounts(parts[part]).items():
            here = here.replace(target, str(made / folder))
        monkeypatch.setenv(name, here.replace("/clock", str(tmp_path)))
    settings = load(settings_class)
    operator = of_service(surroundings(made), service)
    if part != service:
        assert settings.owner_url() == operator[f"{service.upper()}_OWNER_DATABASE_URL"]
    assert settings.database_url.get_secret_value() == operator[f"{service.upper()}_DATABASE_URL"]
    assert (
        settings.brokers().password()
        == (made / secrets.OPERATOR / f"kafka-{service}.password").read_text()
    )


def test_each_part_sees_its_own_secrets_and_they_are_all_there(
    parts: dict[str, Any], made: Path
) -> None:
    for name, part in parts.items():
        own = {name, name.removesuffix("-migrate"), *[secrets.OPERATOR][: name == "provision"]}
        assert set(mounts(part).values()) <= own
    asked = {
        made / mounts(part)[str(Path(value).parent)] / Path(value).name
        for part in parts.values()
        for value in environment({"environment": part.get("environment", {})}).values()
        if value.startswith("/run/") and value.count("/") > len(("", "run"))
    }
    assert len(asked) > 2 * len(SERVICES)
    assert [file for file in asked if not file.is_file()] == []
    everything = {name for name, part in parts.items() if "secrets:/secrets" in str(part)}
    assert everything == {"secrets", "demo"}


def test_what_serves_is_hardened_and_watched(parts: dict[str, Any]) -> None:
    for name in SERVICES:
        part = parts[name]
        assert part["read_only"]
        assert part["cap_drop"] == ["ALL"]
        assert part["build"]["args"] == {"SERVICE": name}
        once = "service_completed_successfully"
        assert part["depends_on"][f"{name}-migrate"]["condition"] == once
        assert parts[f"{name}-migrate"]["depends_on"]["provision"]["condition"] == once
    for name, part in parts.items():
        assert "mem_limit" in part or part.get("build", {}).get("target") == "tools", name
        for port in part.get("ports", ()):
            assert port.startswith("${TAMENG_ADDRESS:-127.0.0.1}:"), f"{name} is open to the net"


@pytest.mark.parametrize(
    ("group", "lock"),
    [*((name, f"services/{name}/requirements.lock") for name in SERVICES),
     ("command-line", "tameng/requirements.lock")],
)  # fmt: skip
def test_an_image_installs_what_the_tests_ran_with(group: str, lock: str) -> None:
    tested, installed = pins(ROOT / "requirements.lock"), pins(ROOT / lock)
    assert installed.items() <= tested.items(), "run `make lock`"
    for wanted in requirements(group):
        assert wanted.specifier.contains(installed[wanted.name.lower()][0]), "run `make lock`"


def pins(lock: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """Version and hashes of each package."""
    found = {}
    for entry in re.split(r"\n(?=\S)", lock.read_text().strip()):
        name, version = re.match(r"([\w.-]+)(?:\[\S+\])?==(\S+)", entry).groups()  # type: ignore[union-attr]
        found[name] = (version, frozenset(re.findall(r"sha256:\w+", entry)))
    return found


def requirements(group: str) -> Iterator[Requirement]:
    """What a group asks for, those that it includes too."""
    for each in GROUPS[group]:
        if isinstance(each, dict):
            yield from requirements(each["include-group"])
        else:
            yield Requirement(each)
