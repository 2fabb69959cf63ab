"""Backups as folders: what is in them, with a digest of each file."""

import json
import os
import shutil
from collections.abc import Mapping
from hashlib import file_digest
from pathlib import Path
from typing import Any

from tameng.problems import Problem

MANIFEST = "manifest.json"
FORMAT = "tameng backup 1"
DATA, KEYS = "data", "keys"


def made(folder: Path, kind: str) -> Path:
    """A fresh folder for a backup, for its owner only. Raises: Problem, when it holds anything."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Problem(f"{folder} is not empty: name a fresh folder for the backup of {kind}")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def check_apart(data: Path, keys: Path) -> None:
    """Keys and data are never in one place: who finds one of them can read nothing. Raises:
    Problem."""
    one, other = data.resolve(), keys.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise Problem(f"{data} and {keys} lie in each other: keys and data are kept apart")


def copy(source: Path, target: Path) -> None:
    """Copy a file or a folder, if it is there."""
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    elif source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def seal(folder: Path, *, kind: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """Write the manifest, the last file of a backup: without it there is none."""
    files = {
        str(file.relative_to(folder)): {"bytes": file.stat().st_size, "sha256": _digest(file)}
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    manifest = {"format": FORMAT, "kind": kind, **told, "files": files}
    draft = folder / f"{MANIFEST}.draft"
    with draft.open("w") as written:
        json.dump(manifest, written, indent=1)
        written.flush()
        os.fsync(written.fileno())
    draft.replace(folder / MANIFEST)
    return manifest


def checked(folder: Path, *, kind: str) -> dict[str, Any]:
    """The manifest of a backup all files of which are as they were written. Raises: Problem."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise Problem(f"{folder} is no whole backup: {MANIFEST} cannot be read") from error
    if (manifest.get("format"), manifest.get("kind")) != (FORMAT, kind):
        raise Problem(f"{folder} is a backup of {manifest.get('kind')}, not of {kind}")
    for name, told in manifest["files"].items():
        file = folder / name
        if not file.is_file() or _digest(file) != told["sha256"]:
            raise Problem(f"{file} is not as it was backed up: take another backup")
    return manifest


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()
