"""Print figures as `name: value`, and keep them beside what they were measured on."""

import json
import os
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).parent / "results"
LIBRARIES = ("aiokafka", "asyncpg", "faststream", "pydantic", "sqlalchemy")


def keep(name: str, figures: Mapping[str, float]) -> None:
    """Print the figures and write them to `results/NAME.json`."""
    for figure, value in figures.items():
        shown = f"{value}" if value == int(value) else f"{value:.2f}"
        sys.stdout.write(f"{figure}: {shown}\n")
    measured_on = {
        "python": platform.python_version(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        **{library: version(library) for library in LIBRARIES},
    }
    result = {"command": f"python -m benchmarks {name}", "figures": figures, "on": measured_on}
    (FOLDER / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
