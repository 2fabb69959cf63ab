"""Import contracts are kept, models and migrations agree, and no file names a machine."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command

from chassis.state.database import owner_engine
from chassis.state.migrations import configuration
from tests.architecture.repository import ROOT, SERVICES, files
from tests.databases import MakeDatabase

REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("python" + "hosted", "org"), ("maven", "org"), ("maven", "apache", "org"),
        ("npmjs", "org"), ("npmjs", "com"), ("golang", "org"), ("docker", "io"), ("ghcr", "io"),
        ("anaconda", "org"), ("sonatype", "org"),
    )
)  # fmt: skip
MACHINE_PATHS = tuple(f"/{folder}/" for folder in ("work", "root", "tmp", "home"))


def test_import_contracts_are_kept() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        (linter, "--no-cache"), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2_000:]


@pytest.mark.parametrize("words", [REGISTRIES, MACHINE_PATHS], ids=["registries", "paths"])
def test_no_file_names_a_registry_or_a_path_of_a_machine(words: tuple[str, ...]) -> None:
    found = [
        (str(file.relative_to(ROOT)), word)
        for file in files()
        for content in [file.read_bytes()]
        for word in words
        if word.encode() in content
    ]
    assert found == []


@pytest.mark.parametrize("service", SERVICES)
async def test_models_and_migrations_agree(service: str, service_database: MakeDatabase) -> None:
    urls = await service_database(service)
    owner = owner_engine(urls.owner, application="test")
    async with owner.begin() as connection:
        await connection.run_sync(lambda opened: command.check(configuration(service, opened)))
    await owner.dispose()
