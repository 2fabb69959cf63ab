"""The deployment as files: what each container is given is what its service asks for."""

import ast
import re
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from chassis.settings import load
from tameng.deployed import secrets
from tameng.deployed.machine import OPERATOR, surroundings
from tameng.environment import of_service
from tameng.problems import Problem
from tameng.repair.backup import BESIDE
from tameng.where import describe, keys_of
from tests.architecture.repository import ROOT, SERVICES

OWN = {"benchmarks", "chassis", "contracts", "services", "simulators", "tameng", "tests"}
NEVER_ROOT = {"apache/kafka", "grafana/grafana", "prom/prometheus"}
"""Images that name a user of their own."""
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
        settings.brokers().password() == (made / OPERATOR / f"kafka-{service}.password").read_text()
    )


def test_a_command_finds_a_deployment_by_its_secrets(made: Path, tmp_path: Path) -> None:
    found = describe(made)
    assert found.urls["claims"] == "http://claims:8000"
    assert found.keys.folder == keys_of(made).folder == made / OPERATOR
    assert found.kept["archive.checkpoints"] == "/archive/record.checkpoints"
    assert found.kept.keys() <= set(BESIDE)
    with pytest.raises(Problem, match="nothing is running"):
        describe(tmp_path)
    with pytest.raises(Problem, match="no keys yet"):
        keys_of(tmp_path)


@pytest.mark.parametrize("service", SERVICES)
def test_an_operator_runs_a_services_commands_with_what_was_made(
    service: str, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in of_service(surroundings(made), service).items():
        monkeypatch.setenv(name, value)
    settings = load(import_module(f"services.{service}.settings").Settings)  # and all files exist
    assert settings.brokers().password() == keys_of(made).password(f"kafka-{service}")


def test_each_part_sees_its_own_secrets_and_they_are_all_there(
    parts: dict[str, Any], made: Path
) -> None:
    for name, part in parts.items():
        own = {name, name.removesuffix("-migrate"), *[OPERATOR][: name == "provision"]}
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
    assert everything == {"secrets", "demo", "tameng"}


def test_whoever_counts_working_days_is_told_the_same_of_joint_leave(
    parts: dict[str, Any],
) -> None:
    told = {
        name: parts[name]["environment"][f"{name}_JOINT_LEAVE_OFF".upper()]
        for name in ("enrollment", "claims", "audit")
    }
    assert set(told.values()) == {"${TAMENG_JOINT_LEAVE_OFF:-false}"}


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


def test_who_has_no_rights_need_not_change_its_user(parts: dict[str, Any]) -> None:
    """Entry points that begin as root and give that up take rights to do so."""
    for name, part in parts.items():
        image = part["image"].split(":")[0]
        if part.get("cap_drop") == ["ALL"] and not image.startswith("tameng/"):
            assert image in NEVER_ROOT or "user" in part, name


def test_kafkas_image_may_write_to_its_copy_of_the_settings(made: Path) -> None:
    """It copies the file with its mode, and adds to the copy."""
    assert (made / "kafka" / "server.properties").stat().st_mode & stat.S_IWUSR


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


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_holds_all_that_its_code_imports(service: str) -> None:
    installed = pins(ROOT / f"services/{service}/requirements.lock")
    held = ("contracts", "chassis", f"services.{service}")
    imported = imported_by([f"services.{service}"])
    own = {name for name in imported if name.split(".")[0] in OWN}
    assert [name for name in sorted(own) if not name.startswith(held) and name != "services"] == []
    distributions = packages_distributions()
    foreign = {name.split(".")[0] for name in imported - own} - sys.stdlib_module_names
    assert "fastapi" in foreign
    missing = {
        name
        for name in foreign
        if not any(canonicalize_name(each) in installed for each in distributions[name])
    }
    assert missing == set()


def imported_by(packages: Sequence[str]) -> set[str]:
    """The modules that these packages import, in functions too, and what those of ours import."""
    found: set[str] = set()
    waiting = [file for package in packages for file in files_of(package)]
    while waiting:
        file = waiting.pop()
        for name in imports(ast.parse(file.read_text())) - found:
            found.add(name)
            if name.split(".")[0] in OWN:
                waiting += [path for path in places(name) if path.exists()]
    return found


def files_of(package: str) -> Iterator[Path]:
    """The modules of a package."""
    return ROOT.joinpath(*package.split(".")).rglob("*.py")


def imports(tree: ast.AST) -> set[str]:
    """Names of modules, and of what is taken from one: it may be a module too."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            if node.module.split(".")[0] in OWN:
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def places(name: str) -> tuple[Path, Path]:
    """Where a module of ours can be."""
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py"), path / "__init__.py"


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
