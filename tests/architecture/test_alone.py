"""Each service is built from contracts, chassis and its own folder, and from nothing else."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tameng.environment import RAIL, Surroundings, of_service
from tameng.keys import Keys
from tameng.stack.parts import Part, Stack
from tests.architecture.repository import ROOT, SERVICES

SCRIPT = Path(__file__).with_name("start_alone.py")
NO_CACHES = shutil.ignore_patterns("__pycache__")


def environment(service: str, folder: Path) -> dict[str, str]:
    """The settings of a service, as the command line gives them; nothing answers at its ports."""
    for asking in ("banking", "claims"):
        (folder / asking).write_text("none")
    around = Surroundings(
        stack=Stack(
            kafka=Part(kind="kafka", origin="address", address="127.0.0.1:9"),
            postgres=Part(
                kind="postgres", origin="address", address="postgresql://a:b@127.0.0.1:9/postgres"
            ),
            redis=Part(kind="redis", origin="address", address="redis://:c@127.0.0.1:9/0"),
        ),
        keys=Keys(folder / "keys"),
        ports=dict.fromkeys((*SERVICES, RAIL), 9),
        prefix="",
        clock_file=None,
        archive_folder=folder / "archive",
        rail_book_file=folder / "rail.book",
        tokens_folder=folder,
        blobs_folder=folder / "blobs",
    )
    return of_service(around, service)


def python(*arguments: str, cwd: Path, added: dict[str, str]) -> str:
    """What Python prints, run in that folder with nothing of the repository on its path."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        (sys.executable, *arguments),
        cwd=cwd, env=bare | added | {"PYTHONPATH": str(cwd)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_alone_from_a_copied_folder(service: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for part in ("contracts", "chassis", f"services/{service}"):
        shutil.copytree(ROOT / part, copy / part, ignore=NO_CACHES)
    shutil.copy(ROOT / "services" / "__init__.py", copy / "services")
    settings = environment(service, tmp_path)
    built: dict[str, Any] = json.loads(python(str(SCRIPT), service, cwd=copy, added=settings))
    assert {"serve", "migrate", "replay"} <= set(built["help"])
    assert built["undeclared"] == []
    traces = ("/chassis/spans.py", "/opentelemetry/exporter/")
    assert not [file for file in built["files"] if any(each in file for each in traces)], "off"
    assert {"/livez", "/readyz", "/metrics", "/status"} <= set(built["routes"])
    from_repository = {
        file
        for file in built["files"]
        if Path(file).is_relative_to(ROOT) and not Path(file).is_relative_to(sys.prefix)
    }
    assert from_repository == {str(SCRIPT)}
