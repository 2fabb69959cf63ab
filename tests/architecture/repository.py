"""The repository as these tests see it: its files, its Python sources, its services."""

import pkgutil
import subprocess
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import services
from chassis.service import Service

ROOT = Path(__file__).parents[2]
PACKAGES = ("contracts", "chassis", "services", "simulators", "tameng", "benchmarks", "tests")
SERVICES = tuple(each.name for each in pkgutil.iter_modules(services.__path__) if each.ispkg)


def service(name: str) -> Service[Any]:
    """The service of this name, put together."""
    found: Service[Any] = import_module(f"services.{name}.app").service
    return found


@cache
def files() -> tuple[Path, ...]:
    """The files that are tracked, or would be."""
    listed = subprocess.run(
        ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"),
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    found = (ROOT / name for name in listed.split("\0") if name)
    return tuple(file for file in found if file.is_file())


def sources() -> list[Path]:
    """The Python files of the packages."""
    return [
        file
        for file in files()
        if file.suffix == ".py" and file.relative_to(ROOT).parts[0] in PACKAGES
    ]
