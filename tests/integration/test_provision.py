"""`tameng provision` on the servers of the test run: everything made, once, told in lines."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]
import pytest

from chassis.bus.brokers import Brokers
from tameng.environment import SERVICES
from tameng.keys import Keys
from tameng.problems import Problem
from tameng.provision.command import _provision
from tameng.provision.passwords import write_passwords
from tameng.stack.databases import with_database
from tests.integration.test_bus_rights import readable

PREFIX = "provisioned."


@pytest.fixture
def folder(
    kafka_admin: Brokers,
    postgres_superuser_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """The passwords' folder, and an environment that names it and the servers."""
    folder = tmp_path / "passwords"
    assert all(file.parent == folder for file in write_passwords(Keys(folder)))
    postgres = urlsplit(postgres_superuser_url)
    (tmp_path / "postgres").write_text(f"{postgres.password}\n")
    given = {
        "KAFKA": kafka_admin.addresses,
        "KAFKA_SECURITY": kafka_admin.security,
        "KAFKA_USER": kafka_admin.user,
        "KAFKA_PASSWORD_FILE": kafka_admin.password_file,
        "POSTGRES_URL": f"postgresql://postgres@{postgres.hostname}:{postgres.port}/postgres",
        "POSTGRES_PASSWORD_FILE": tmp_path / "postgres",
        "PASSWORDS_FOLDER": folder,
        "TOPIC_PREFIX": PREFIX,
    }
    for name, value in given.items():
        monkeypatch.setenv(f"PROVISION_{name}", str(value))
    return folder


async def test_an_installation_is_provisioned_once_and_works(
    folder: Path, kafka_admin: Brokers, postgres_superuser_url: str
) -> None:
    made = await _provision()
    for line in (
        "topic provisioned.rewinds",
        "topic provisioned.banking.events",
        "banking may WRITE topic provisioned.banking.events",
        "banking may READ group provisioned.banking",
        "role provisioned.banking_runtime",
        "database provisioned.banking",
        "provisioned",
    ):
        assert made.count(line) == 1
    assert await _provision() == ["provisioned: everything was there"]
    assert await readable(kafka_admin, {f"{PREFIX}{each}.events" for each in SERVICES})
    (folder / "claims-runtime.password").write_text("changed")
    await _provision()
    session = await asyncpg.connect(
        with_database(postgres_superuser_url, "provisioned.claims"),
        user="provisioned.claims_runtime", password="changed",
    )  # fmt: skip
    await session.close()


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("KAFKA_PASSWORD_FILE", "guessed", "Kafka at .* does not let admin make topics"),
        ("POSTGRES_PASSWORD_FILE", "guessed", "Postgres lets nobody make databases"),
        ("KAFKA_SECURITY", "plaintext", "PROVISION_KAFKA_SECURITY: on plaintext anybody may"),
        ("PASSWORDS_FOLDER", "nowhere", "PROVISION_PASSWORDS_FOLDER: no such folder"),
        ("PASSWORDS_FOLDER", ".", "cannot read .*enrollment-owner.password: No such file"),
        ("KAFKA", "127.0.0.1:1", "Kafka at 127.0.0.1:1 does not let admin make topics"),
    ],
)
async def test_what_is_wrong_is_said_in_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str
) -> None:
    (folder.parent / "guessed").write_text("guessed")
    monkeypatch.chdir(folder.parent)
    monkeypatch.setenv(f"PROVISION_{variable}", value)
    with pytest.raises(Problem, match=f"(?s)^[^\n]*{told}[^\n]*$"):
        await _provision()


def test_the_command_ends_with_the_line_and_not_with_a_trace(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROVISION_KAFKA")
    command = (sys.executable, "-m", "tameng.provision")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "provision: set in the environment: PROVISION_KAFKA: missing\n"
    again = subprocess.run(
        (*command, "passwords", str(folder)), capture_output=True, text=True, check=True
    )
    assert len(again.stdout.splitlines()) == len(list(folder.iterdir()))
